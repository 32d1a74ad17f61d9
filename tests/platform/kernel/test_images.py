"""Photographs as people send them: every kind on white and upright, what is too much refused with what to do."""

import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PIL import Image

from huakai_platform.kernel import images, sandbox
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.images import reader
from huakai_platform.kernel.images.reading import BOUNDS, Limits

ROOT = Path(__file__).parents[3]
WHITE, BLACK, HALF = (255, 255, 255), (0, 0, 0), (127, 127, 127)
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def written(image: Image.Image, kind: str = "PNG", **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, depth: int, colours: int, row: bytes, clear: bytes = b"") -> bytes:
    """A PNG as no writer here makes it: of 16 bits a colour, or far larger than its bytes."""
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    seen = chunk(b"tRNS", clear) if clear else b""
    body = chunk(b"IDAT", zlib.compress((b"\0" + row) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + seen + body + chunk(b"IEND", b"")


def half_seen(mode: str = "RGBA", size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Left: nothing to be seen; right: black."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (size[0] // 2, 0, *size))
    return image.convert(mode)


def seen(image: Image.Image) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The colours of the left and of the right."""
    across = image.height // 2
    return image.getpixel((image.width // 8, across)), image.getpixel((image.width * 7 // 8, across))  # type: ignore[return-value]


def near(found: tuple[tuple[int, ...], ...], *wanted: tuple[int, ...]) -> bool:
    return all(
        abs(a - b) <= 6 for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True)
    )


def kept(content: bytes) -> Image.Image:
    """What comes of a file, in this very process: the reader's own deed without its cost."""
    answer = reader.main(content, asdict(Limits()))
    assert answer.startswith(b"\xff\xd8"), answer
    image = Image.open(io.BytesIO(answer))
    assert (image.format, image.mode, max(image.size) <= 1600) == ("JPEG", "RGB", True)
    return image


def split(mode: str, left: object, right: object) -> Image.Image:
    image = Image.new(mode, (64, 64), left)  # type: ignore[arg-type]
    image.paste(right, (32, 0, 64, 64))  # type: ignore[arg-type]
    return image


def test_a_picture_of_fifty_million_rows_costs_next_to_nothing() -> None:
    content = png(1, 50_000_000, 8, 0, b"\0")

    assert len(content) < 100_000
    with pytest.raises(FileRefused, match="1 × 50000000"):
        images.reencode(content)


def test_a_photo_of_a_telephone_is_read_smaller_through_the_sandbox() -> None:
    content = written(Image.new("RGB", (8192, 6144), "#8fbf8f"), "JPEG")

    image = Image.open(io.BytesIO(images.reencode(content)))

    assert image.size == (1600, 1200)
    assert near((image.getpixel((800, 600)),), (0x8F, 0xBF, 0x8F))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(9248, 6936), (12000, 9000), (16320, 12240)])
def test_photos_of_64_to_200_megapixels_are_taken(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """By their header alone: a small file that claims the size of a large one."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    content = written(Image.new("L", (16, 16)), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    claimed = content[:at] + struct.pack(">HH", size[1], size[0]) + content[at + 4 :]

    with Image.open(io.BytesIO(claimed)) as image:
        assert image.size == size
        reader.check(image, asdict(Limits()))


DEPTHS = {
    "1": (split("1", 1, 0), WHITE, BLACK),
    "L": (split("L", 127, 0), HALF, BLACK),
    "LA": (half_seen("LA"), WHITE, BLACK),
    "P": (split("RGB", (255, 0, 0), (0, 0, 255)).convert("P"), (255, 0, 0), (0, 0, 255)),
    "PA": (half_seen("PA"), WHITE, BLACK),
    "RGB": (split("RGB", (255, 0, 0), (0, 0, 255)), (255, 0, 0), (0, 0, 255)),
    "RGBA": (half_seen(), WHITE, BLACK),
    "CMYK": (split("CMYK", (0, 255, 255, 0), (0, 0, 0, 255)), (255, 0, 0), BLACK),
    "YCbCr": (split("RGB", (255, 0, 0), (0, 0, 255)).convert("YCbCr"), (254, 0, 0), (0, 0, 254)),
    "I;16": (split("I;16", 32640, 0), HALF, BLACK),
    "I": (split("I", 32640, 65535), HALF, WHITE),
    "I of 8 bits": (split("I", 127, 255), HALF, WHITE),
    "F": (split("F", 0.5, 1.0), HALF, WHITE),
    "F of 24 bits": (split("F", 8388607.0, 16777215.0), HALF, WHITE),
}


@pytest.mark.parametrize("name", DEPTHS)
def test_every_mode_ends_on_white_in_its_own_colours(name: str) -> None:
    image, left, right = DEPTHS[name]

    assert near(seen(reader.on_white(reader.plain(image))), left, right)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_one_can_see_through_is_white(kind: str) -> None:
    image = half_seen(size=(2000, 64))

    assert near(seen(kept(written(image, kind))), WHITE, BLACK)


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        (png(2, 1, 16, 0, struct.pack(">2H", 0x8000, 0)), (128,) * 3, BLACK),
        (png(2, 1, 16, 0, struct.pack(">2H", 0, 1), struct.pack(">H", 0)), WHITE, BLACK),
        (png(2, 1, 16, 2, struct.pack(">6H", *(0x8000,) * 3, 0, 0, 0)), (128,) * 3, BLACK),
        (
            png(2, 1, 16, 2, struct.pack(">6H", *(0x8000,) * 3, 0, 0, 0), struct.pack(">3H", *(0x8000,) * 3)),
            WHITE,
            BLACK,
        ),
        (png(2, 1, 16, 4, struct.pack(">4H", 0, 0, 0, 65535)), WHITE, BLACK),
        (png(2, 1, 16, 6, struct.pack(">8H", 0, 0, 0, 0, 0, 0, 0, 65535)), WHITE, BLACK),
        (png(2, 1, 8, 0, b"\x00\x80", struct.pack(">H", 0)), WHITE, (128,) * 3),
    ],
    ids=["grey", "grey-clear", "colours", "colours-clear", "grey-alpha", "colours-alpha", "8-bit-grey-clear"],
)
def test_depths_that_cameras_and_scanners_write(content: bytes, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    image = reader.small(content, asdict(Limits()))

    assert near((image.getpixel((0, 0)), image.getpixel((1, 0))), left, right)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "MPO"])
def test_of_what_moves_the_first_frame_is_kept(kind: str) -> None:
    first, second = split("RGB", (255, 255, 255), (0, 0, 0)), Image.new("RGB", (64, 64), "red")

    assert near(seen(kept(written(first, kind, save_all=True, append_images=[second]))), WHITE, BLACK)


@pytest.mark.parametrize(("turn", "size", "left"), [(1, (64, 32), WHITE), (3, (64, 32), BLACK), (6, (32, 64), None)])
def test_the_camera_may_be_held_in_any_way(turn: int, size: tuple[int, int], left: tuple[int, ...] | None) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = turn

    image = kept(written(split("RGB", WHITE, BLACK).resize((64, 32)), "JPEG", exif=exif))

    assert image.size == size
    assert near((image.getpixel((4, 4)),), left or WHITE)  # type: ignore[arg-type]
    assert near((image.getpixel((28, 60)),), BLACK) if turn == 6 else True  # type: ignore[arg-type]


def test_nothing_else_that_the_file_holds_is_kept() -> None:
    exif = Image.Exif()
    exif[MAKE] = "Camera of somebody"
    exif[GPS] = {1: "N", 2: (34.0, 37.0, 12.0), 3: "E", 4: (112.0, 27.0, 36.0)}
    content = written(Image.new("RGB", (64, 64)), "JPEG", exif=exif, comment=b"a secret", xmp=b"<x:xmpmeta/>")
    assert [said in content for said in (b"Camera of somebody", b"a secret")] == [True, True]

    image = kept(content)

    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_note_of_the_camera_that_cannot_be_read_spoils_no_photo() -> None:
    content = written(split("RGB", WHITE, BLACK), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")

    assert near(seen(kept(content)), WHITE, BLACK)


def huge_canvas() -> bytes:
    """An animation whose header claims a canvas that its reader lays out at once."""
    content = written(Image.new("L", (4, 4)), "WEBP", save_all=True, append_images=[Image.new("L", (4, 4), 9)])
    at = content.index(b"VP8X") + 12
    return content[:at] + b"\xff\x3f\0" * 2 + content[at + 6 :]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (bytes, "重新选择"),
    "HEIC": (lambda: HEIC, "iPhone：设置 → 相机 → 格式 → 选“兼容性最佳”；安卓手机"),
    "HEIF": (lambda: HEIC.replace(b"heic", b"mif1"), "兼容性最佳"),
    "AVIF": (lambda: HEIC.replace(b"heic", b"avif"), "另存为 JPEG"),
    "TIFF": (lambda: written(Image.new("L", (4, 4)), "TIFF"), "另存为 JPEG"),
    "BMP": (lambda: written(Image.new("L", (4, 4)), "BMP"), "另存为 JPEG"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "另存为 JPEG"),
    "PDF": (lambda: b"%PDF-1.7", "这里只收照片"),
    "text": (lambda: b"not a picture", "请选择 JPEG、PNG、WebP 或 GIF"),
    "too heavy": (lambda: b"\xff\xd8\xff" + bytes(images.MOST_BYTES), "调低相机的分辨率"),
    "cut off": (lambda: written(Image.effect_noise((400, 400), 60), "JPEG")[:9000], "重新拍摄"),
    "only a beginning": (lambda: b"\x89PNG\r\n\x1a\n", "重新拍摄"),
    "long": (lambda: png(30_001, 1, 8, 0, bytes(30_001)), "30001 × 1 "),
    "many pixels": (lambda: png(7000, 6000, 1, 0, bytes(875)), "调低相机的分辨率"),
    "a canvas of 268 megapixels": (huge_canvas, "请"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_refusal_says_why_and_what_to_do(name: str) -> None:
    content, words = REFUSED[name]

    with pytest.raises(FileRefused) as refused:
        images.reencode(content())

    assert words in str(refused.value.message)


def test_too_many_frames_are_refused_unseen() -> None:
    frames = [Image.new("L", (2, 2), level) for level in range(4)]
    content = written(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert json.loads(reader.main(content, {**asdict(Limits()), "frames": 3}))["refused"] == ["too_many_frames"]


@pytest.mark.parametrize("bounds", [replace(BOUNDS, memory=8 * 1024 * 1024), replace(BOUNDS, wall=0.001)])
def test_a_child_that_dies_is_a_refusal(bounds: sandbox.Bounds) -> None:
    with pytest.raises(FileRefused, match="无法安全读取"):
        images.reencode(written(Image.new("L", (4, 4))), bounds=bounds)


def test_a_picture_that_outgrows_the_sandbox_is_too_large() -> None:
    with pytest.raises(FileRefused, match="像素太多"):
        images.reencode(png(6000, 6000, 8, 6, bytes(24_000)), bounds=replace(BOUNDS, memory=128 * 1024 * 1024))


def test_pictures_are_decoded_in_the_sandbox_alone() -> None:
    """Whoever imports Pillow: the reader, and the demo that draws its own."""
    product = [path for root in ("platform", "tenants", "worker", "deploy") for path in (ROOT / root).rglob("*.py")]
    users = {
        path.relative_to(ROOT).as_posix()
        for path in product
        if re.search(r"^\s*(from|import) PIL", path.read_text(), re.M)
    }

    assert users == {"platform/huakai_platform/kernel/images/reader.py", "deploy/huakai_deploy/demo_history/photos.py"}
