"""The reader in the sandbox: a picture on stdin, a JPEG or why not on stdout; imports nothing of the product."""

import io
import json
import sys
from typing import Any

from PIL import Image
from PIL.Image import Transpose

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ORIENTATION = 0x0112
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""How the picture is turned for each orientation that a camera notes."""
DEEP = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}
Limits = dict[str, int]


class Refusal(Exception):
    """A limit was passed; the code and the numbers are put into words by the parent."""


def main(content: bytes, limits: Limits) -> bytes:
    """The picture written anew, or `{"refused": [code, …]}`; never raises for what a file can hold."""
    try:
        return jpeg(small(content, limits))
    except Refusal as refusal:
        refused = refusal.args
    except MemoryError:
        refused = ("too_large",)
    except Exception:  # decoders raise whatever comes to their mind
        refused = ("damaged",)
    return json.dumps({"refused": refused}).encode()


def small(content: bytes, limits: Limits) -> Image.Image:
    """The first frame, upright and on white, no side longer than `side`."""
    Image.MAX_IMAGE_PIXELS = None  # our own limits follow
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        check(image, limits)
        box = fitting(image.size, limits["side"])
        image.draft(None, box)
        image.load()
        picture = plain(image)
        turn = UPRIGHT.get(orientation(image) or 1)
    picture.thumbnail(box)
    picture = on_white(picture)
    return picture.transpose(turn) if turn is not None else picture


def check(image: Image.Image, limits: Limits) -> None:
    """Hold what the header claims against the limits, before anything is decoded. Raises Refusal."""
    photo = image.format in {"JPEG", "MPO"}
    most = limits["pixels" if not photo else "progressive_pixels" if "progressive" in image.info else "photo_pixels"]
    if max(image.size) > limits["longest"] or image.width * image.height > most:
        raise Refusal("too_large", image.width, image.height)
    if getattr(image, "n_frames", 1) > limits["frames"]:
        raise Refusal("too_many_frames")


def fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size of the same shape within a square."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be made smaller: grey, colours, or colours that one can see through."""
    if image.mode in DEEP:
        return shallow(image)
    if isinstance(clear := image.info.get("transparency"), tuple) and max(clear) > 255:
        image.info["transparency"] = tuple(level >> 8 for level in clear)  # 16 bits a colour were read as 8
    if image.mode != "RGBA" and image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in {"L", "RGB", "RGBA"} else image.convert("RGB")


def shallow(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits brought to 8, by the depth of its kind or the one that its brightest pixel needs."""
    brightest: Any = 65535 if image.mode.startswith("I;16") else image.getextrema()[1]
    depth = next((most for most in (1, 255, 65535) if brightest <= most), brightest)
    grey = image.convert("F").point(lambda level: level * (255 / depth) + 0.5).convert("L")
    if not isinstance(clear := image.info.get("transparency"), int):
        return grey
    seen = image.convert("I").point([0 if level == clear else 255 for level in range(65536)], "L")
    return Image.merge("LA", (grey, seen)).convert("RGBA")


def orientation(image: Image.Image) -> int | None:
    """How the camera was held; a note that cannot be read says nothing."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:
        return None


def on_white(picture: Image.Image) -> Image.Image:
    """Colours alone, without anything else that the file said of them."""
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return white


def jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(main(sys.stdin.buffer.read(), json.loads(sys.argv[1])))
