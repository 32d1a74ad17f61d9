"""The list of a register: narrowed, sorted, page by page, in as many statements whatever its size."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, case, cast, false, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from huakai_platform.forms import Item
from huakai_platform.forms.definitions import NUMBERS
from huakai_platform.kernel import search
from huakai_platform.kernel.fields import Choice, Date, Form, Page
from huakai_platform.kernel.fields import Text as Words
from huakai_platform.registers.definitions import Metric, Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import EntryStore

PAGE, MOST, COLUMNS, CHOOSERS = 50, 20_000, 4, 3
SAID = 'strict $.** ? (@.type() == "string")'
"""Every text of an entry, and no name of an item."""
OWN = ("day", "number")
"""What every list is sorted by, whatever its items are called."""
STATES = ("in_force", "waiting", "cancelled", "all")
"""`waiting` are those in force that nobody has reviewed yet."""


@dataclass(frozen=True)
class Listing:
    entries: Sequence[Entry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def columns(register: Register) -> list[Item]:
    """The items that a list shows: the first that are not its day, long texts last."""
    items = [item for item in register.form if item.code != register.dated]
    return sorted(items, key=lambda item: (item.kind == "text" and not item.required, not item.required))[:COLUMNS]


def choosers(register: Register) -> list[Item]:
    """The items by which a list may be narrowed."""
    return [] if register.sealed else [item for item in register.form if item.kind == "choice"][:CHOOSERS]


def query(register: Register) -> Form:
    """The schema of a list's address."""
    sorts = [*OWN, *(() if register.sealed else (item.code for item in columns(register) if item.code not in OWN))]
    asked: dict[str, Any] = {
        "since": Date(),
        "until": Date(),
        "state": Choice(STATES, load_default="in_force"),
        "sort": Choice([*sorts, *(f"-{name}" for name in sorts)], load_default="-day"),
        "page": Page(),
    }
    if not register.sealed:
        asked["q"] = Words(max_length=60)
    asked |= {f"is_{item.code}": Choice([one.code for one in item.options]) for item in choosers(register)}
    made = Form.from_dict(asked, name="RegisterQuery")
    return made()  # type: ignore[return-value]


def list_page(session: Session, store: EntryStore, register: Register, asked: Mapping[str, Any]) -> Listing:
    """One page of the entries that the address leaves."""
    kept = conditions(store, register, asked)
    total = session.scalar(select(func.count()).select_from(store.model).where(*kept)) or 0
    page = min(asked.get("page", 1), max(1, -(-total // PAGE)))
    wanted = select(store.model).where(*kept).order_by(*_order(store, register, asked))
    rows = session.scalars(wanted.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Listing([Entry(row, store.read(row)) for row in rows], total, page)


def all_rows(session: Session, store: EntryStore, register: Register, asked: Mapping[str, Any]) -> list[Entry]:
    """All of them, whatever the page."""
    kept = conditions(store, register, asked)
    wanted = select(store.model).where(*kept).order_by(*_order(store, register, asked)).limit(MOST)
    return [Entry(row, store.read(row)) for row in session.scalars(wanted)]


def counts(
    session: Session, stores: Mapping[str, EntryStore], since: date, until: date, reviewed: Collection[str] = ()
) -> dict[str, int]:
    """How many entries in force each register has in a time, one statement for each table; of those whose codes are
    `reviewed` only what was."""
    found: dict[str, int] = {}
    for model, store in {one.model: one for one in stores.values()}.items():
        rows = session.execute(
            select(model.register, func.count().label("many"))
            .where(store.owned, model.cancelled_at.is_(None), model.day.between(since, until))
            .where(model.register.not_in(reviewed) | model.reviewed_at.is_not(None))
            .group_by(model.register)
        )
        found |= {row.register: int(row.many) for row in rows}
    return found


def metric(entries: Sequence[Entry], one: Metric) -> Decimal:
    """A metric over entries that are at hand."""
    mine = [entry for entry in entries if one.where_item is None or _is(entry, one)]
    if one.counting == "entries" or one.item is None:
        return Decimal(len(mine))
    said = (entry.items.get(one.item) for entry in mine)
    return sum((Decimal(str(value)) for value in said if isinstance(value, int | float)), Decimal())


def sums(session: Session, store: EntryStore, register: Register, since: date, until: date) -> dict[str, Decimal]:
    """Every metric of a register over the entries in force of a time, by its code."""
    model = store.model
    kept = [model.register == register.code, store.mine, model.cancelled_at.is_(None), model.day.between(since, until)]
    if register.reviewed:
        kept.append(model.reviewed_at.is_not(None))
    if not store.searchable:
        rows = session.scalars(select(model).where(*kept)).all() if register.metrics else []
        entries = [Entry(row, store.read(row)) for row in rows]
        return {one.code: metric(entries, one) for one in register.metrics}
    if not register.metrics:
        return {}
    row = session.execute(select(*(_sum(model, one) for one in register.metrics)).where(*kept)).one()
    return {one.code: Decimal(str(value or 0)) for one, value in zip(register.metrics, row, strict=True)}


def _is(entry: Entry, one: Metric) -> bool:
    value = entry.items.get(one.where_item or "")
    said = value if isinstance(value, list) else [str(value).lower() if isinstance(value, bool) else str(value)]
    return one.where_is in said


def _sum(model: Any, one: Metric) -> ColumnElement[Any]:
    given = model.answers["items"]
    counted: Any = func.sum(_number(given[one.item])) if one.counting == "sum" else func.count()
    if one.where_item is not None:
        there = given[one.where_item]
        listed = func.jsonb_typeof(there) == "array"
        counted = counted.filter(case((listed, there.op("?")(one.where_is)), else_=there.astext == one.where_is))
    found: ColumnElement[Any] = counted
    return found


def _number(said: Any) -> ColumnElement[Any]:
    """An answer as a number; null where it says "not applicable"."""
    return case((func.jsonb_typeof(said) == "number", cast(said.astext, Numeric)))


def conditions(store: EntryStore, register: Register, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    model = store.model
    kept: list[ColumnElement[bool]] = [model.register == register.code, store.mine]
    if (state := asked.get("state", "in_force")) != "all":
        kept.append(model.cancelled_at.is_not(None) if state == "cancelled" else model.cancelled_at.is_(None))
    if state == "waiting":
        kept.append(model.reviewed_at.is_(None) if register.reviewed else false())
    if since := asked.get("since"):
        kept.append(model.day >= since)
    if until := asked.get("until"):
        kept.append(model.day <= until)
    if words := asked.get("q"):
        said = cast(func.jsonb_path_query_array(model.answers, cast(SAID, JSONPATH)), Text)
        kept.append(search.says(said, words))
    for item in choosers(register):
        if value := asked.get(f"is_{item.code}"):
            kept.append(model.answers["items"][item.code].astext == value)
    return kept


def _order(store: EntryStore, register: Register, asked: Mapping[str, Any]) -> tuple[ColumnElement[Any], ...]:
    sort = asked.get("sort", "-day")
    name, model = sort.lstrip("-"), store.model
    item = None if name in OWN else register.form.item(name)
    column: Any = getattr(model, name) if item is None else model.answers["items"][name]
    if item is not None:
        column = _number(column) if item.kind in NUMBERS else column.astext
    falling = sort.startswith("-")
    return (column.desc().nulls_last() if falling else column.asc().nulls_last(), model.number.desc())
