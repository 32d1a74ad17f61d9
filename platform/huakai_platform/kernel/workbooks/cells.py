"""What a person may type into a cell and what Excel makes of it: one grammar for every sheet that comes in."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from marshmallow import ValidationError

from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks.model import Cell, Value

ERRORS = frozenset(
    (
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
    )
)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
FIRST_SERIAL, LAST_SERIAL, SERIAL_ZERO = 25_569, 73_050, date(1899, 12, 30)
"""A date that Excel shows as a number, from 1970 to 2099."""
TIME = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}T)?(上午|下午|晚上)?\s*(\d{1,2})\s*(?::|点|时)\s*(?:(\d{1,2})\s*分?|(半))?"
    r"(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?",
    re.IGNORECASE,
)
FRACTION = re.compile(r"0?\.\d+|0")
NUMBER = re.compile(r"([+-]?)[¥$]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(.*)")
LOST = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
MOST_DIGITS = 10**15


def plain(value: Value) -> str:
    """What the cell says in plain digits and marks, on one line."""
    said = unicodedata.normalize("NFKC", _said(value)).translate(DASHES)
    if said.isprintable() and "  " not in said:
        return said.strip()
    seen = "".join(" " if char in "\t\r\n" else char for char in said)
    return " ".join("".join(char for char in seen if unicodedata.category(char) != "Cf").split())


@lru_cache(maxsize=4096)
def fold(said: str) -> str:
    """A word or heading without case, width, spaces and punctuation, so that it is known however it was typed."""
    normal = unicodedata.normalize("NFKC", said).casefold()
    return re.sub(r"[\W_]+", "", normal) or normal.strip()


def told(value: Value) -> str:
    """Text as it was typed, a number without an exponent or a needless point. Raises ValidationError."""
    refuse_error(value)
    said = _said(value)
    if isinstance(value, int | float) and abs(value) >= MOST_DIGITS:
        raise ValidationError(_("Excel 只保留 15 位数字，后面的已经丢失：请把这一格设为文本格式，重新填写完整。"))
    if LOST.fullmatch(said):
        lost = _(
            "Excel 把长数字写成了“{given}”，后面的数字已经丢失：请把这一格设为文本格式，重新填写完整。", given=said
        )
        raise ValidationError(lost)
    return said


def refuse(cell: Cell) -> None:
    """A formula that was never worked out and an error of Excel are not blank. Raises ValidationError."""
    if cell.value is None and cell.formula is not None:
        raise ValidationError(_("这里是公式，请改为直接填写的内容(可用“选择性粘贴—数值”)。"))
    refuse_error(cell.value)


def refuse_error(value: Value) -> None:
    """An error of Excel is not blank. Raises ValidationError."""
    if isinstance(value, str) and value.strip().upper() in ERRORS:
        raise ValidationError(_("这一格是 Excel 的错误值“{given}”，请改为实际内容。", given=value.strip()))


def word(value: Value, words: Iterable[str]) -> str | None:
    """Which of the words it is, however it was typed; None where it is none, or more than one."""
    said, known = told(value), list(words)
    if said in known:
        return said
    alike = [one for one in known if fold(one) == fold(said)]
    return alike[0] if len(alike) == 1 else None


def day(value: Value) -> date | None:
    """2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305 or a date that Excel shows as a number.

    None where it is none of these. Raises ValueError for a day that no calendar has.
    """
    said = plain(value)
    if (serial := SERIAL.fullmatch(said)) and FIRST_SERIAL <= int(serial[1]) <= LAST_SERIAL:
        return SERIAL_ZERO + timedelta(days=int(serial[1]))
    found = DAY.fullmatch(said) or COMPACT_DAY.fullmatch(said)
    return date(*map(int, found.groups())) if found else None


def iso_day(value: Value) -> str | None:
    """The same as `2026-03-05`; None where it is no day."""
    try:
        found = day(value)
    except ValueError:
        return None
    return found.isoformat() if found else None


def time(value: Value) -> str | None:
    """9:30, 09:30:00, 14：00, 9点30分, 9点半, 下午2点 or a part of a day as `09:30`; None where it is none of these."""
    said = plain(value)
    if FRACTION.fullmatch(said):
        minutes = round(float(said) * 24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" if minutes < 24 * 60 else None
    if not (found := TIME.fullmatch(said)):
        return None
    half, hour, minute, thirty, _seconds, english = found.groups()
    hours, minutes = int(hour), 30 if thirty else int(minute or 0)
    if (half in ("下午", "晚上") or (english or "").lower() == "pm") and hours < 12:
        hours += 12
    if (english or "").lower() == "am" and hours == 12:
        hours = 0
    return f"{hours:02}:{minutes:02}" if hours < 24 and minutes < 60 else None


def number(value: Value, units: Collection[str] = ()) -> Decimal | None:
    """A number, with separators of thousands, a currency sign before it, or one of the units behind it."""
    found = NUMBER.fullmatch(plain(value))
    if not found:
        return None
    sign, whole, part, unit = found.groups()
    if unit and fold(unit) not in map(fold, units):
        return None
    return Decimal(f"{sign}{whole.replace(',', '')}{part or ''}")


def digits(value: Value, units: Collection[str] = ()) -> str | None:
    """The same in plain digits, without a needless point; None where it is no number."""
    found = number(value, units)
    if found is None:
        return None
    return format(found.to_integral_value() if found == found.to_integral_value() else found, "f")


def _said(value: Value) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return format(Decimal(str(value)).normalize(), "f")
    return str(value).strip()
