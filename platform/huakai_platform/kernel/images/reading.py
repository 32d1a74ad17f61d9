"""Every picture passes here: whatever comes in is a small JPEG afterwards, or is refused with what to do."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from huakai_platform.kernel import sandbox
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import Message, _

MB = 1024 * 1024
MOST_BYTES = 10 * MB
READER = Path(__file__).with_name("reader.py")
BOUNDS = sandbox.Bounds(memory=768 * MB, cpu=20, wall=30.0)
START = {b"\xff\xd8\xff": "picture", b"\x89PNG": "picture", b"GIF8": "picture", b"%PDF-": "pdf"} | dict.fromkeys(
    (b"BM", b"II*\0", b"MM\0*", b"<svg", b"<?xml", b"8BPS"), "other"
)
"""What a file is by its first bytes."""
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Limits:
    """Sides and pixels as the header claims them; a JPEG is made smaller while it is read, so it may have more."""

    side: int = 1600
    """Of what is kept."""
    longest: int = 30_000
    pixels: int = 40_000_000
    photo_pixels: int = 220_000_000
    progressive_pixels: int = 110_000_000
    frames: int = 300


def check_size(content: bytes) -> None:
    """Raises FileRefused for a photo or scan that is too heavy to be kept."""
    if len(content) > MOST_BYTES:
        raise FileRefused(
            _("文件超过 10 MB：照片请调低相机的分辨率后重拍，或压缩后再上传；扫描件请调低清晰度重新扫描。")
        )


def reencode(content: bytes, *, limits: Limits | None = None, bounds: sandbox.Bounds = BOUNDS) -> bytes:
    """A JPEG of at most 1600 pixels a side, upright, without metadata; raises FileRefused."""
    check_size(content)
    if (kind := _kind(content)) != "picture":
        raise FileRefused(_why(kind))
    try:
        answer = sandbox.ask(READER, json.dumps(asdict(limits or Limits())), data=content, bounds=bounds)
        if answer.startswith(b"\xff\xd8"):
            return answer
        code, *numbers = json.loads(answer)["refused"]
    except (sandbox.Died, ValueError) as error:
        raise FileRefused(_why("unsafe")) from error
    raise FileRefused(_why(code, *numbers))


def _kind(content: bytes) -> str:
    if not content:
        return "empty"
    if content[4:8] == b"ftyp":
        return "heic" if content[8:12] in HEIC else "other"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "picture"
    return next((kind for start, kind in START.items() if content.startswith(start)), "none")


def _why(code: str, width: int = 0, height: int = 0) -> Message:
    """Why a file is refused, and what to do."""
    match code:
        case "empty":
            return _("文件是空的，请重新选择照片。")
        case "heic":
            return _(
                "这是 HEIC 格式的照片，无法读取。iPhone：设置 → 相机 → 格式 → 选“兼容性最佳”；"
                "安卓手机：相机 → 设置 → 关闭“高效率图片（HEIF）”或把照片格式改为 JPG；"
                "改好后重拍。已拍的照片可以截屏后上传截图。"
            )
        case "pdf":
            return _("这是 PDF，这里只收照片。请直接拍照，或把页面截图后上传。")
        case "other":
            return _("不支持这种图片格式。请在手机或电脑上另存为 JPEG 或 PNG 后再上传。")
        case "none":
            return _("这不是照片。请选择 JPEG、PNG、WebP 或 GIF 格式的图片。")
        case "too_large" if width:
            return _(
                "图片有 {width} × {height} 像素，超过可以读取的大小。请调低相机的分辨率后重拍，或缩小后再上传。",
                width=width,
                height=height,
            )
        case "too_large":
            return _("图片的像素太多，无法读取。请调低相机的分辨率后重拍，或缩小后再上传。")
        case "too_many_frames":
            return _("动图的帧数太多。请上传一张静态照片，或截屏后上传截图。")
        case "damaged":
            return _("照片不完整或已损坏。请重新拍摄，或在相册中打开后截屏再上传。")
        case _code:
            return _("照片无法安全读取，已拒绝。请重新拍摄，或在相册中打开后截屏再上传。")
