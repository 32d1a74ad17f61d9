"""The list of a register: its fields, filters and sorts follow from what its edition says of it.

A confidential register is narrowed and sorted by the days and numbers of its entries alone: what they say is no column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from huakai_platform import forms
from huakai_platform.forms import Item
from huakai_platform.forms.cells import NA
from huakai_platform.forms.definitions import NOT_APPLICABLE, NUMBERS
from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Date, Int, Number
from huakai_platform.kernel.fields import Text as Words
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.registers import definitions
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entry_store import Answers
from huakai_platform.registers.metrics import number
from huakai_platform.resources.fields import Field, Filter, Resource, Rows, Word

COLUMNS, CHOOSERS, MOST = 4, 3, 20_000
ITEM = "item_"
"""What the names of an entry's own fields begin with, so that none is taken for a column of every entry."""
OWN = ("day", "number")
"""What every list is sorted by, whatever its items are called."""
STATES: dict[str, Message] = {
    "in_force": _("有效"),
    "waiting": _("待复核"),
    "cancelled": _("已作废"),
    "all": _("全部"),
}
"""`waiting` are those in force that nobody has reviewed yet."""
SHOWN, LONG = frozenset({"list", "print"}), frozenset({"export"})
Owned = Callable[[Actor], ColumnElement[bool]]
"""True for the entries of the reader's room or institution."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as its table has it; its items are its own."""

    id: UUID
    number: int
    day: date
    edition_id: UUID
    created_at: datetime
    changed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    reviewed_at: datetime | None
    version: int
    answers: Answers

    def __getattr__(self, name: str) -> Any:
        if not name.startswith(ITEM):
            raise AttributeError(name)
        return self.answers["items"].get(name.removeprefix(ITEM))


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An entry of a confidential register as its table has it; its store opens it."""

    id: UUID
    number: int
    day: date
    edition_id: UUID
    created_at: datetime
    changed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    reviewed_at: datetime | None
    version: int
    generation: int
    sealed: bytes


@dataclass(frozen=True)
class Reading:
    """By what the words of a list are chosen: the register, and whether the reader writes in it."""

    register: Register
    writes: bool

    def states(self) -> Mapping[str, Word]:
        waits = self.register.reviewed and self.writes
        return {code: word for code, word in STATES.items() if waits or code != "waiting"}


List = Resource[Reading, Any]


@lru_cache(maxsize=2_048)
def of(edition_id: UUID, code: str, model: Any, owned: Owned, language: str) -> List:
    """The list of a register of an edition that was read before."""
    return described(definitions.known(edition_id)[code], model, owned, language)


def described(register: Register, model: Any, owned: Owned, language: str) -> List:
    """The list of a register whose entries stand in `model`, in a language of the standard."""
    kind = SealedRow if register.sealed else EntryRow
    found = select(*(getattr(model, name) for name in kind.__dataclass_fields__))
    return Resource[Reading, Any](
        name="registers",
        title=Message(register.title.of(language)),
        rows=lambda: Rows(kind, found),
        scope=lambda actor, _parent: _mine(register, model, owned, actor),
        context=lambda _session, actor: Reading(register, register.written_by(actor)),
        order="-day",
        key=-model.number,
        most=MOST,
        sorts=_sorts(register, model),
        filters=_filters(register, model, language),
        fields=[*_own(register, language), *(() if register.sealed else _items(register, language)), _why()],
    )


def columns(register: Register) -> list[Item]:
    """The items that a list shows: the first that are not its day, long texts last."""
    items = [item for item in register.form if item.code != register.dated]
    return sorted(items, key=lambda item: (item.kind == "text" and not item.required, not item.required))[:COLUMNS]


def choosers(register: Register) -> list[Item]:
    """The items by which a list may be narrowed."""
    return [] if register.sealed else [item for item in register.form if item.kind == "choice"][:CHOOSERS]


def _mine(register: Register, model: Any, owned: Owned, actor: Actor) -> list[ColumnElement[bool]]:
    mine = [model.register == register.code, owned(actor)]
    return [*mine, model.reviewed_at.is_not(None)] if register.hides_waiting(actor) else mine


def _sorts(register: Register, model: Any) -> dict[str, Any]:
    items = [] if register.sealed else [item for item in columns(register) if item.code not in OWN]
    return {name: getattr(model, name) for name in OWN} | {item.code: _sorted(model, item) for item in items}


def _sorted(model: Any, item: Item) -> Any:
    said = model.answers["items"][item.code]
    return number(said) if item.kind in NUMBERS else said.astext


def _filters(register: Register, model: Any, language: str) -> list[Filter[Reading]]:
    found: list[Filter[Reading]] = [
        Filter("since", _("从"), Date(), lambda day, _reading: model.day >= day),
        Filter("until", _("到"), Date(), lambda day, _reading: model.day <= day),
        *(_chooser(model, item, language) for item in choosers(register)),
        Filter("state", _("状态"), Choice(STATES, load_default="in_force"), partial(_state, model), Reading.states),
    ]
    asked = Filter[Reading](
        "q", _("登记内容"), Words(max_length=60), lambda words, _reading: _says(register, model, words)
    )
    return found if register.sealed else [asked, *found]


def _chooser(model: Any, item: Item, language: str) -> Filter[Reading]:
    said, options = model.answers["items"][item.code].astext, {one.code: one.text.of(language) for one in item.options}
    kind, title = Choice(options), Message(item.text.of(language))
    return Filter(f"is_{item.code}", title, kind, lambda code, _reading: said == code, lambda _reading: options)


def _state(model: Any, asked: str, reading: Reading) -> ColumnElement[bool] | None:
    if asked == "all":
        return None
    there: ColumnElement[bool] = model.cancelled_at.is_(None)
    if asked == "cancelled":
        return ~there
    waits = model.reviewed_at.is_(None) if reading.register.reviewed else false()
    return there & waits if asked == "waiting" else there


def _says(register: Register, model: Any, words: str) -> ColumnElement[bool]:
    """Whether one of the texts of an entry, or of its rows, holds the words."""
    texts = [model.answers["items"][item.code].astext for item in register.form if item.kind == "text"]
    for rows in register.rows:
        for item in (one for one in rows.items if one.kind == "text"):
            path = cast(f'$.rows."{rows.code}"[*]."{item.code}"', JSONPATH)
            texts.append(cast(func.jsonb_path_query_array(model.answers, path), Text))
    return or_(false(), *(search.says(one, words) for one in texts))


def _own(register: Register, language: str) -> list[Field[Reading]]:
    dated = register.form.item(register.dated)
    day = Message(dated.text.of(language) if dated else register.dated)
    return [
        Field("number", _("编号"), Int(), out=SHOWN | LONG, width=10, sort="number"),
        Field("day", day, Date(), out=SHOWN, sort="day"),
    ]


def _items(register: Register, language: str) -> list[Field[Reading]]:
    """Those that the list shows, in its order, then all of them in theirs."""
    listed = [_field(item, language, SHOWN, "" if item.code in OWN else item.code) for item in columns(register)]
    return [*listed, *(_field(item, language, LONG) for item in register.form)]


def _field(item: Item, language: str, out: frozenset[str], sort: str = "") -> Field[Reading]:
    kind, title = Number() if item.kind in NUMBERS else Words(multiline=item.kind == "text"), item.text.of(language)
    said = ({NOT_APPLICABLE: NA} if item.not_applicable else {}) | forms.words(item)
    words = {code: text.of(language) for code, text in said.items()}
    choices = partial(_known, words) if words else None
    return Field(f"{ITEM}{item.code}", Message(title), kind, out=out, choices=choices, width=20, sort=sort)


def _known(words: Mapping[str, Word], _reading: Reading) -> Mapping[str, Word]:
    return words


def _why() -> Field[Reading]:
    return Field("cancelled_why", _("作废原因"), Words(), out=LONG, width=24)
