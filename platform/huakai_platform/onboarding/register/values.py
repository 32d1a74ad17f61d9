"""One cell as a typed value, or what is wrong with it and what to do."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar, cast

from marshmallow import ValidationError

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Cell, cells

Word = TypeVar("Word", bound=StrEnum)

PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|400\d{7}")
EARLIEST = 1949


class Fault(Exception):
    """What is wrong with one value."""

    def __init__(self, code: str, message: Message) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def text(cell: Cell, longest: int) -> str:
    """Text in one line, without what cannot be seen; a formula is refused."""
    refuse_formula(cell)
    clean = tidy(told(cell))
    if clean.startswith(("=", "\uff1d")):
        raise formula()
    if len(clean) > longest:
        raise Fault("too_long", _("文字超过 {longest} 个字，请缩短。", longest=longest))
    return clean


def told(cell: Cell) -> str:
    """What the cell says; an error of Excel and a number that lost its digits are refused."""
    try:
        return cells.told(cell.value)
    except ValidationError as refused:
        raise Fault("cell_error", cast(Message, refused.messages[0])) from refused


def refuse_formula(cell: Cell) -> None:
    if cell.formula is not None:
        raise formula()


def formula() -> Fault:
    return Fault("formula", _("这里是公式，请改为直接填写的内容(可用“选择性粘贴—数值”)。"))


def tidy(given: str) -> str:
    """NFC, single spaces, no control or invisible direction marks."""
    if given.isprintable() and "  " not in given:
        return unicodedata.normalize("NFC", given.strip())
    seen = "".join(" " if char in "\t\r\n" else char for char in unicodedata.normalize("NFC", given))
    return " ".join("".join(char for char in seen if unicodedata.category(char) not in ("Cc", "Cf", "Cs")).split())


def code(cell: Cell) -> str:
    """A 12-digit statistical division code."""
    given = unicodedata.normalize("NFKC", text(cell, 40)).replace(" ", "").lstrip("'")
    if given and not given.isdecimal():
        raise Fault("code_not_digits", _("区划代码“{given}”应全是数字，请按文本填写 12 位代码。", given=given))
    if given and len(given) != 12:
        raise Fault("code_length", _("区划代码应为 12 位，这里是 {count} 位，请补全。", count=len(given)))
    return given


def word(cell: Cell, words: dict[str, Word], *, code: str, allowed: str) -> Word | None:
    """One of a few words, whatever its width, case or spaces."""
    given = text(cell, 40)
    if not given:
        return None
    found = {cells.fold(known): value for known, value in words.items()}.get(cells.fold(given))
    if found is None:
        raise Fault(code, _("“{given}”不在可选范围，请填：{allowed}。", given=given, allowed=allowed))
    return found


def number(cell: Cell, *, code: str, unit: str, units: Collection[str]) -> Decimal | None:
    """A number with at most two places; one of the units behind it is forgiven, words are not."""
    if cell.value is None and cell.formula is not None:
        raise formula()
    told(cell)
    given = cells.plain(cell.value)
    if not given:
        return None
    found = cells.number(cell.value, units)
    try:
        return _words(given, code, unit) if found is None else found.quantize(Decimal("0.01"))
    except InvalidOperation:
        return _words(given, code, unit)


def day(cell: Cell) -> date | None:
    """A day written 2019-09-01, 2019/9/1, 2019.9.1, 2019年9月1日, 20190901 or as a date of Excel."""
    if cell.value is None and cell.formula is not None:
        raise formula()
    told(cell)
    given = cells.plain(cell.value)
    if not given:
        return None
    try:
        found = cells.day(cell.value)
    except ValueError as error:
        raise Fault("date_impossible", _("没有“{given}”这一天，请核对日期。", given=given)) from error
    if found is None:
        raise Fault("date_unreadable", _("看不懂日期“{given}”，请写成 2019-09-01 这样。", given=given))
    if found.year < EARLIEST:
        raise Fault("date_impossible", _("日期“{given}”过早，请核对。", given=given))
    return found


def phone(cell: Cell) -> str:
    """A mobile, landline or 400 number, as bare digits."""
    given = unicodedata.normalize("NFKC", text(cell, 40))
    bare = re.sub(r"[\s()\-‐–—]", "", given).lstrip("'")
    bare = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", bare)
    if bare and not PHONE.fullmatch(bare):
        raise Fault("phone_malformed", _("电话“{given}”不完整，请填 11 位手机号或带区号的固定电话。", given=given))
    return bare


def _words(given: str, code: str, unit: str) -> Decimal:
    raise Fault(code, _("“{given}”不是数字，请只填数字，单位为{unit}。", given=given, unit=unit))
