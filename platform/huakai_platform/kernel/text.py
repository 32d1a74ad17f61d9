"""Text as people mean it: normalised, trimmed, and without characters that no reader could see."""

import re
import unicodedata
from typing import Any

from marshmallow import ValidationError

from huakai_platform.kernel.i18n import _

# Control, separator, surrogate, bidi, zero-width and tag characters, and non-characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
JOINER_IN_EMOJI = re.compile(f"(?<=[{EMOJI}\ufe0f])\u200d(?=[{EMOJI}])")
BREAKS = re.compile("[\t\n]")


def clean(value: Any, *, multiline: bool = False) -> str:
    """Normalise and trim a text, or refuse it for what is hidden in it."""
    if not isinstance(value, str):
        raise ValidationError(_("请填写文字"))
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if UNSEEN.search(JOINER_IN_EMOJI.sub("", text)) or (not multiline and BREAKS.search(text)):
        raise ValidationError(_("含有不可见的控制字符"))
    return unicodedata.normalize("NFC", text)


def file_name(given: str | None, *, most: int = 120) -> str:
    """The last part of a file's name, without what cannot be seen; blank when nothing is left."""
    plain = "".join(char for char in (given or "").replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return plain[-most:].strip()
