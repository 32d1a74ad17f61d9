"""Answers as a person writes them into a cell, and back."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from huakai_platform.forms.answers import check
from huakai_platform.forms.definitions import FILES, NOT_APPLICABLE, NUMBERS, Item
from huakai_platform.forms.localized import Localized
from huakai_platform.kernel.workbooks import cells

YES, NO, NA = Localized("是", "Yes"), Localized("否", "No"), Localized("不适用", "Not applicable")
WORDS: dict[str, dict[str, Localized]] = {
    "boolean": {"true": YES, "false": NO},
    "yes_no_na": {"yes": YES, "no": NO, NOT_APPLICABLE: NA},
}
BETWEEN_CHOICES = "；"


def words(item: Item) -> dict[str, Localized]:
    """The words a reader chooses from, by the code that is stored; empty when the cell is free."""
    found = dict(WORDS.get(item.kind) or {option.code: option.text for option in item.options})
    if found and item.not_applicable:
        found[NOT_APPLICABLE] = NA
    return found


def written(item: Item, value: Any, locale: object = "zh") -> str | int | float | None:
    """An answer in the words of the reader; files are never written."""
    if value is None or item.kind in FILES:
        return None
    if item.kind in NUMBERS and not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    codes = value if isinstance(value, list) else [str(value).lower() if isinstance(value, bool) else str(value)]
    said = ({NOT_APPLICABLE: NA} if item.not_applicable else {}) | words(item)
    return BETWEEN_CHOICES.join(said[code].of(locale) if code in said else code for code in codes)


def from_cell(item: Item, cell: Any) -> Any:
    """Read an answer from a cell in either language; raises ValidationError, blank gives None."""
    if item.kind in FILES or cell is None:
        return None
    if isinstance(cell, date):
        cell = (cell.date() if isinstance(cell, datetime) else cell).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    said = cells.told(cell)
    codes = {word: code for code, text in words(item).items() for word in (text.zh, text.en)}
    codes |= {word: NOT_APPLICABLE for word in (NA.zh, NA.en) if item.not_applicable}
    if item.kind == "choices":
        chosen = [_coded(part, codes) for part in re.split("[；;]", said) if part.strip()]
        return check(item, NOT_APPLICABLE if chosen == [NOT_APPLICABLE] else chosen)
    if (coded := _coded(said, codes)) in codes.values():
        return check(item, coded)
    return check(item, _typed(item, cell, said))


def _coded(said: str, codes: Mapping[str, str]) -> str:
    """The code of a word however it was typed; else what was said."""
    word = cells.word(said, codes)
    return said.strip() if word is None else codes[word]


def _typed(item: Item, cell: Any, said: str) -> Any:
    match item.kind:
        case "date":
            return cells.iso_day(cell) or said
        case "number" | "integer":
            units = (item.unit.zh, item.unit.en) if item.unit else ()
            return cells.digits(cell, units) or (cell if isinstance(cell, bool) else said)
        case "text":
            return said
        case _kind:
            return said if isinstance(cell, str) else cell
