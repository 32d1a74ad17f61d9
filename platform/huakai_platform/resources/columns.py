"""A field as a column of a sheet: how its values are written there, and what those of a filled cell mean."""

import re
from collections.abc import Mapping
from copy import copy
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from huakai_platform.kernel.fields import Checked, Choice, Date, Flag, Id
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.text import clean
from huakai_platform.kernel.workbooks import cells
from huakai_platform.kernel.workbooks.lists import ListColumn
from huakai_platform.resources import words
from huakai_platform.resources.fields import C, Field, Kind

PICK, PICK_SEVERAL = _("从下拉列表中选择。"), _("可以写几个，用顿号分开。")
DAY, TIME = _("如 2026-01-05。"), _("如 09:30。")
YES_NO: dict[str, Message] = {"yes": _("是"), "no": _("否")}
BETWEEN = re.compile(r"[\u3001,，;；\n]")


class Several(Checked[list[str]]):
    """Codes by their words, several in one cell."""

    def __init__(self, known: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self.words = list(known.values())
        self.codes = {word: code for code, word in known.items()} | {code: code for code in known}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:
        parts = [part.strip() for part in BETWEEN.split(clean(value, multiline=True)) if part.strip()]
        typed = [one for part in parts for one in ([part] if cells.word(part, self.codes) else part.split())]
        known = {one: cells.word(one, self.codes) for one in typed}
        if unknown := next((one for one, word in known.items() if word is None), None):
            raise ValidationError(_("没有“{word}”，可填：{known}", word=unknown[:20], known=listed(self.words)))
        return sorted({self.codes[word] for word in known.values() if word})


def column(field: Field[C], context: C) -> ListColumn:
    """With a drop-down in the reader's language where there is one."""
    known = choices(field, context)
    note = field.note or _note(field)
    offered = {} if field.is_several else {code: word for code, word in known.items() if word}
    return ListColumn(
        field.name,
        field.label,
        _kind(field, known),
        field.width,
        note.render() if note else "",
        offered,
        units=field.units,
    )


def choices(field: Field[C], context: C) -> Mapping[str, str]:
    """The words that its cells hold, by code."""
    if isinstance(field.kind, Flag):
        return {code: word.render() for code, word in YES_NO.items()}
    return words.choices(field, context)


def written(field: Field[C], held: Any, known: Mapping[str, str]) -> Any:
    """A value for its cell: a code where the column turns codes into words."""
    if isinstance(held, bool):
        return "yes" if held else "no"
    if field.is_several:
        return words.cell(field, held, known)
    return str(held) if isinstance(held, UUID) else held


def meant(field: Field[C], read: Any) -> Any:
    """What the value of a filled cell is: a word of a drop-down that stands for an object is its id; the one that
    clears the field is none."""
    if isinstance(field.kind, Flag):
        return read == "yes"
    if field.clears and read == field.clears:
        return None
    return UUID(read) if isinstance(field.kind, Id) else read


def _kind(field: Field[C], known: Mapping[str, str]) -> Kind:
    if field.is_several and known:
        return Several(known, required=field.kind.required)
    return Choice(known, required=field.kind.required) if field.choices or field.is_flag else copy(field.kind)


def _note(field: Field[C]) -> Message | None:
    if field.is_several:
        return PICK_SEVERAL
    if field.choices or field.is_flag:
        return PICK
    return DAY if isinstance(field.kind, Date) else TIME if field.is_time else None
