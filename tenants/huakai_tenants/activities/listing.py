"""The list of a room's activities, and those of a month or a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_tenants.activities.models import Activity

PAGE = 50
MOST = 20_000
SORTS = {
    "held": Activity.held_on,
    "title": Activity.title,
    "sessions": Activity.sessions,
    "attendances": Activity.attendances,
    "people": Activity.people,
}
COLUMNS = (
    Activity.id,
    Activity.title,
    Activity.held_on,
    Activity.starts_at,
    Activity.ends_at,
    Activity.state,
    Activity.direction,
    Activity.venue,
    Activity.programme,
    Activity.form,
    Activity.theme,
    Activity.audiences,
    Activity.flowers,
    Activity.place,
    Activity.partner,
    Activity.sessions,
    Activity.sessions_estimated,
    Activity.attendances,
    Activity.attendances_estimated,
    Activity.people,
    Activity.people_estimated,
    Activity.reported_with,
    Activity.counted,
    Activity.version,
)
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; the names are those of the address."""

    since: date | None = None
    until: date | None = None
    state: str | None = None
    direction: str | None = None
    venue: str | None = None
    programme: str | None = None
    form: str | None = None
    flower: str | None = None
    audience: str | None = None
    q: str | None = None
    sort: str = "-held"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    """One page, and what the whole list comes to: three sums that are never added up."""

    rows: Sequence[Found]
    total: int
    page: int
    sums: Mapping[str, int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_page(session: Session, wanted: Filter) -> Listing:
    """One page of the activities, in two statements. What the other site reports is in the list, not in the sums."""
    kept = narrowed(wanted)
    held = (Activity.state == "held") & Activity.counted
    sums = {
        name: func.coalesce(func.sum(getattr(Activity, name)).filter(held), 0)
        for name in ("sessions", "attendances", "people")
    }
    counted = select(func.count().label("total"), *(one.label(name) for name, one in sums.items()))
    known = session.execute(counted.select_from(Activity).where(*kept)).one()
    rows = session.execute(_ordered(wanted, kept).limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    return Listing(rows, known.total, wanted.page, {name: int(getattr(known, name)) for name in sums})


def all_rows(session: Session, wanted: Filter) -> tuple[Sequence[Found], int]:
    """All that a list shows, whatever its page, up to a limit; and how many there are."""
    kept = narrowed(wanted)
    rows = session.execute(_ordered(wanted, kept).limit(MOST)).all()
    if len(rows) < MOST:
        return rows, len(rows)
    return rows, session.scalar(select(func.count()).select_from(Activity).where(*kept)) or 0


def unordered_query(wanted: Filter) -> Select[*tuple[Any, ...]]:
    """What a list is narrowed to, in no order, for a list that goes on by key."""
    return select(*COLUMNS).where(*narrowed(wanted))


def between(session: Session, since: date, until: date) -> Sequence[Found]:
    """The activities of some days, the earliest first."""
    wanted = unordered_query(Filter(since=since, until=until))
    return session.execute(wanted.order_by(Activity.held_on, Activity.starts_at, Activity.id)).all()


def narrowed(wanted: Filter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    for name in ("state", "direction", "venue", "programme", "form"):
        if (value := getattr(wanted, name)) is not None:
            kept.append(getattr(Activity, name) == value)
    if wanted.since:
        kept.append(Activity.held_on >= wanted.since)
    if wanted.until:
        kept.append(Activity.held_on <= wanted.until)
    if wanted.flower:
        kept.append(Activity.flowers.contains([wanted.flower]))
    if wanted.audience:
        kept.append(Activity.audiences.contains([wanted.audience]))
    if wanted.q:
        kept.append(search.says(Activity.title, wanted.q))
    return kept


def _ordered(wanted: Filter, kept: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    by = SORTS[wanted.sort.removeprefix("-")]
    order = by.desc().nulls_last() if wanted.sort.startswith("-") else by.asc().nulls_last()
    return select(*COLUMNS).where(*kept).order_by(order, Activity.id.desc())
