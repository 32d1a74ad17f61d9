"""What a room's differences do: to the checklists that it begins, to names, to its opening hours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.forms.definitions import Item, Section
from huakai_platform.kernel import tenancy
from huakai_platform.kernel.db import table
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import find
from huakai_tenants.variations.models import Variation

OF = table(Variation).c
_OF_CHECKLISTS = (OF.tenant_id == bindparam("tenant"), OF.kind.in_(["item", "threshold"]))
_DIFFERENCES = select(OF.kind, OF.spot, OF.value, OF.since, OF.until).where(*_OF_CHECKLISTS).order_by(OF.id)
STAMP = (
    select(func.concat_ws("|", func.count(OF.id), func.max(OF.since), func.max(OF.until)))
    .where(*_OF_CHECKLISTS)
    .scalar_subquery()
)
"""Another one whenever the differences of `tenant` are others: each only begins and ends, and keeps what it says."""
MOST_KEPT = 1_000
"""Rooms whose differences a process keeps."""
_KNOWN: dict[tuple[UUID, str], Sequence[Any]] = {}
OWN = "own"
"""The code of the section of a room's own items."""
TITLE = forms.Localized(_("本站"), "Our own")
Vary = Callable[[forms.Definition, datetime], forms.Definition]


def varied(session: Session, stamp: str | None = None) -> Vary:
    """How a checklist looks in this room when its run began at a moment; reads the room's differences once, and not
    again as long as their `STAMP` is the same."""
    rows = _read(session) if stamp is None else _kept(session, stamp)
    here = find(session) if rows else None
    body = standards.body(session, here.edition_id, "variation") if here else {"thresholds": ()}
    rules = {one["code"]: one for one in body["thresholds"]}

    def vary(definition: forms.Definition, begun: datetime) -> forms.Definition:
        valid = [one for one in rows if one.since <= begun and (one.until is None or begun < one.until)]
        return _with_items(_tightened(definition, valid, rules), valid)

    return vary


def _read(session: Session) -> Sequence[Any]:
    return session.connection().execute(_DIFFERENCES, {"tenant": tenancy.current(session)}).all()


def _kept(session: Session, stamp: str) -> Sequence[Any]:
    key = (tenancy.current(session), stamp)
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST_KEPT:
            _KNOWN.clear()
        _KNOWN[key] = _read(session)
    return _KNOWN[key]


def names(session: Session, kind: str) -> dict[str, dict[str, str]]:
    """What the room calls its `spaces` or `posts` now, by code, as texts of the standard."""
    rows = session.execute(
        select(Variation.spot, Variation.value).where(
            Variation.kind == "name", Variation.until.is_(None), Variation.spot.startswith(f"{kind}/")
        )
    )
    return {row.spot.partition("/")[2]: dict.fromkeys(("zh", "en"), row.value["name"]) for row in rows}


def opening(session: Session) -> list[dict[str, Any]] | None:
    """The room's hours of the week, `{"day": 1, "from": "09:00", "to": "17:00"}`; None where it has set none."""
    found = session.scalar(select(Variation.value).where(Variation.kind == "opening", Variation.until.is_(None)))
    return list(found["days"]) if found else None


def length(days: Sequence[Mapping[str, Any]], counted: str) -> Decimal:
    """How long a week of these days is, in `hours` or `days`."""
    if counted == "days":
        return Decimal(len(days))
    minutes = sum(_minutes(one["to"]) - _minutes(one["from"]) for one in days)
    return Decimal(minutes) / 60


def _minutes(clock: str) -> int:
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _tightened(
    definition: forms.Definition, rows: Iterable[Any], rules: Mapping[str, Mapping[str, Any]]
) -> forms.Definition:
    mine = {
        rules[one.spot]["item"]: (rules[one.spot]["bound"], Decimal(one.value["bound"]))
        for one in rows
        if one.kind == "threshold" and one.spot in rules and rules[one.spot]["checklist"] == definition.code
    }
    if not mine:
        return definition
    sections = tuple(
        replace(
            section,
            items=tuple(_stricter(item, *mine[item.code]) if item.code in mine else item for item in section.items),
        )
        for section in definition.sections
    )
    return replace(definition, sections=sections)


def _stricter(item: Item, name: str, value: Decimal) -> Item:
    if name == "count":
        return replace(item, evidence=replace(item.evidence, count=int(value)))
    rule = item.passes
    if rule is None:
        return item
    return replace(item, passes=replace(rule, at_least=value) if name == "at_least" else replace(rule, at_most=value))


def _with_items(definition: forms.Definition, rows: Iterable[Any]) -> forms.Definition:
    mine = [one for one in rows if one.kind == "item" and one.spot.partition("/")[0] == definition.code]
    if not mine:
        return definition
    items = tuple(_item(one) for one in sorted(mine, key=lambda one: one.since))
    return replace(definition, sections=(*definition.sections, Section(OWN, TITLE, items)))


def _item(one: Any) -> Item:
    text = forms.Localized(one.value["text"], one.value["text"])
    return Item(code=one.spot.partition("/")[2], text=text, kind=one.value["kind"], proposed=True)
