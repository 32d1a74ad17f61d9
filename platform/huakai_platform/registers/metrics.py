"""What entries come to: how many there are, and the metrics of a register."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, case, cast, func, select
from sqlalchemy.orm import Session

from huakai_platform.registers.definitions import Metric, Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import EntryStore


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
    counted: Any = func.sum(number(given[one.item])) if one.counting == "sum" else func.count()
    if one.where_item is not None:
        there = given[one.where_item]
        listed = func.jsonb_typeof(there) == "array"
        counted = counted.filter(case((listed, there.op("?")(one.where_is)), else_=there.astext == one.where_is))
    found: ColumnElement[Any] = counted
    return found


def number(said: Any) -> ColumnElement[Any]:
    """An answer as a number; null where it says "not applicable"."""
    return case((func.jsonb_typeof(said) == "number", cast(said.astext, Numeric)))
