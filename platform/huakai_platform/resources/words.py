"""How a value of a field is said: in a cell, in a difference, in a report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import takewhile
from typing import Any

from huakai_platform.kernel import clock
from huakai_platform.kernel.fields import Many, Money
from huakai_platform.kernel.i18n import Message, _, language, listed
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.resources.fields import C, Field, Filter, Word

NOTHING = "—"
BELOW = " / "
"""Between the parts of a path, as of a region and those above it."""


def said(word: Word) -> str:
    """A word in the reader's language."""
    if isinstance(word, Message):
        return word.render()
    if isinstance(word, Mapping):
        return word.get(language()) or word["zh"]
    return word


def choices(field: Field[C] | Filter[C], context: C) -> dict[str, str]:
    """The codes of a field with their words in the reader's language; none where it has no codes."""
    return {code: said(word) for code, word in field.choices(context).items()} if field.choices else {}


def value(field: Field[C], row: Any, context: C) -> Any:
    """What a row holds of a field: its column, or the answer of its method to the context."""
    held = getattr(row, field.name)
    return held(context) if callable(held) else held


def cell(field: Field[C], held: Any, known: Mapping[str, str]) -> Content:
    """A value for a cell of a workbook: words for codes, local time, numbers and days as they are."""
    if held is None:
        return None
    if isinstance(held, bool):
        return (_("是") if held else _("否")).render()
    if isinstance(field.kind, Many) and field.kind.as_text:
        return field.kind.serialize(field.name, {field.name: held}) or None
    if isinstance(held, list | tuple):
        return said(listed(known.get(str(one), str(one)) for one in held)) or None
    if isinstance(held, datetime):
        return held.astimezone(clock.CHINA).replace(tzinfo=None).isoformat(" ", "minutes")
    if isinstance(held, time):
        return held.isoformat("minutes")
    if isinstance(held, int | float | Decimal | date):
        return held
    return known.get(str(held), str(held))


def shared(texts: Sequence[str]) -> str:
    """What all of these paths begin with, so that it can be said once; each keeps its last part."""
    parts = [one.split(BELOW) for one in texts]
    if len(parts) < 2:
        return ""
    once = takewhile(lambda same: len(set(same)) == 1, zip(*(path[:-1] for path in parts), strict=False))
    return "".join(part + BELOW for part, *_others in once)


def text(field: Field[C], held: Any, known: Mapping[str, str]) -> str:
    """A value in a sentence or in a difference; a dash where there is none."""
    shown = cell(field, held, known)
    if shown is None:
        return NOTHING
    if isinstance(shown, Decimal):
        return format(shown if isinstance(field.kind, Money) else shown.normalize(), "f")
    return shown.isoformat() if isinstance(shown, date) else "；".join(str(shown).splitlines())
