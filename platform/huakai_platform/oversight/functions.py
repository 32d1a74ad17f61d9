"""Function rooms by place: which sites have which, and where one kind is built twice (domain F88)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight.metrics import GONE
from huakai_platform.oversight.models import RegionRollup, SiteFunction
from huakai_platform.oversight.picture import top
from huakai_platform.regions.service import COUNTRY

PAGE = 50
TOWNSHIP = 9
"""Digits of a place's code that say its township."""
Found = Row[*tuple[Any, ...]]
Held = Mapping[str, tuple[str, str | None]]
"""State and reason of each function room by its code."""


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Found]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def record(session: Session, site_id: UUID, held: Held) -> None:
    """Write down the function rooms of the site that the session has entered; the first day of each is kept."""
    site = session.execute(select(Site.institution_id, Site.place_code, Site.host).where(Site.id == site_id)).one()
    mine = SiteFunction.tenant_id == site_id
    lost = update(SiteFunction).where(mine, SiteFunction.code.not_in(list(held)), SiteFunction.state != "gone")
    session.execute(lost.values(state="gone").execution_options(synchronize_session=False))
    about = {"tenant_id": site_id, **site._mapping, "since": clock.now()}
    rows = [{**about, "code": code, "state": state, "reason": reason} for code, (state, reason) in held.items()]
    if rows:
        session.execute(_KEEP, rows)


def twins(session: Session, site_id: UUID) -> set[str]:
    """Which function rooms of a site another one of its institution had first in the same community or venue."""
    mine, other = aliased(SiteFunction), aliased(SiteFunction)
    wanted = (
        select(mine.code)
        .join(other, (other.code == mine.code) & (other.tenant_id != mine.tenant_id))
        .join(Site, Site.id == other.tenant_id)
        .where(
            mine.tenant_id == site_id,
            mine.state != "gone",
            other.state != "gone",
            other.institution_id == mine.institution_id,
            _together(other, mine),
            tuple_(other.since, other.tenant_id) < tuple_(mine.since, mine.tenant_id),
            Site.state.not_in([state.value for state in GONE]),
        )
    )
    return set(session.scalars(wanted.distinct()))


def list_page(session: Session, actor: Actor, *, code: str | None, double: bool, page: int) -> Listing:
    """One page of the function rooms within reach by place, in two statements."""
    kept = [*_within(actor), *([SiteFunction.code == code] if code else []), *([_double()] if double else [])]
    here = Site.id == SiteFunction.tenant_id
    counted = select(func.count()).select_from(SiteFunction).where(*kept)
    if top(actor) != COUNTRY:
        counted = counted.join(Site, here)
    rows = (
        select(
            SiteFunction.code,
            SiteFunction.state,
            SiteFunction.reason,
            SiteFunction.since,
            Site.id,
            Site.name,
            Site.community,
            Site.host,
            Site.edition_id,
            _double().label("double"),
        )
        .join(Site, here)
        .where(*kept)
        .order_by(SiteFunction.place_code, SiteFunction.code, SiteFunction.since, Site.id)
    )
    found = session.execute(rows.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Listing(found, session.scalar(counted) or 0, page)


def counselling(session: Session, actor: Actor) -> tuple[int, int]:
    """How many of the sites within reach have a space in which people are counselled, and of how many (F129)."""
    metrics = session.scalar(
        select(RegionRollup.metrics).where(
            RegionRollup.region_code == top(actor), RegionRollup.month == clock.month(clock.today())
        )
    )
    known: Mapping[str, int] = metrics or {}
    return known.get("sites_counselling", 0), known.get("sites", 0)


def _within(actor: Actor) -> list[ColumnElement[bool]]:
    mine = [SiteFunction.institution_id == actor.institution_id, SiteFunction.state != "gone"]
    return mine if top(actor) == COUNTRY else [*mine, Site.ancestors.contains([top(actor)])]


def _double() -> ColumnElement[bool]:
    """Another site has the same in the same community or venue."""
    other = aliased(SiteFunction)
    return (
        select(other.code)
        .where(
            other.code == SiteFunction.code,
            other.tenant_id != SiteFunction.tenant_id,
            other.institution_id == SiteFunction.institution_id,
            _together(other, SiteFunction),
            other.state != "gone",
        )
        .exists()
    )


def _together(one: type[SiteFunction], other: type[SiteFunction]) -> ColumnElement[bool]:
    """In one community, or in one venue of a township."""
    township = func.left(one.place_code, TOWNSHIP) == func.left(other.place_code, TOWNSHIP)
    return or_(one.place_code == other.place_code, and_(one.host == other.host, township))


_INSERT = upsert(table(SiteFunction))
_KEEP = _INSERT.on_conflict_do_update(
    index_elements=["tenant_id", "code"],
    set_={name: _INSERT.excluded[name] for name in ("institution_id", "place_code", "host", "state", "reason")},
)
