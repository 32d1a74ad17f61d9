"""Photographs: read with care, turned upright, made smaller, written anew without anything else that the file held."""

import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600


def reencode(content: bytes) -> bytes:
    """A JPEG of at most 1600 pixels a side without metadata; raises FileRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise FileRefused(_("照片太大：请用不超过 5000 万像素的照片。"))
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused(_("无法识别的照片：请使用 JPEG、PNG 或 WebP。")) from None
    except (OSError, SyntaxError, ValueError, struct.error):
        raise FileRefused(_("照片已损坏，请重新拍摄。")) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()
