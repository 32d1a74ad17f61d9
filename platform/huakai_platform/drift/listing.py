"""The sites within reach by how far they depart from their edition, the ones to visit first on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, TEXT, ColumnElement, Row, Select, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites

PAGE_SIZE = 50
SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "core": DriftStanding.core,
    "unexplained": DriftStanding.unexplained,
    "waived": DriftStanding.waived,
    "allowed": DriftStanding.allowed,
    "name": Site.name,
    "code": Site.code,
}
COUNTS = ("conforming", "allowed", "waived", "unexplained", "core")
Listed = Row[*tuple[Any, ...]]
_MINE = DriftStanding.tenant_id == Site.id


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Listed]
    total: int
    page: int
    names: Mapping[str, str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def place(self, row: Any) -> str:
        return sites.place(row.ancestors, self.names)


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Listing:
    """A page of the sites that the filters leave."""
    conditions = _conditions(actor, asked)
    counted = select(func.count()).select_from(Site).join(DriftStanding, _MINE).where(*conditions)
    total = session.scalar(counted) or 0
    page = min(asked.get("page", 1), max(1, -(-total // PAGE_SIZE)))
    query = _columns().where(*conditions).order_by(*_order(asked)).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = session.execute(query).all()
    return Listing(rows, total, page, sites.names_of(session, rows))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All of them, at most `most`, for exports and paper."""
    query = _columns().where(*_conditions(actor, asked)).order_by(*_order(asked)).limit(most)
    rows = session.execute(query).all()
    return Listing(rows, len(rows), 1, sites.names_of(session, rows))


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The sites that the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, asked))


def by_region(
    session: Session, actor: Actor, regions: Sequence[tuple[str, str]], asked: Mapping[str, Any]
) -> list[tuple[str, str, Row[Any]]]:
    """Code, name and sums of each region that has sites with a standing, in one statement."""
    place = select(func.unnest(literal([code for code, _name in regions], ARRAY(TEXT))).label("code")).subquery()
    sums = [func.sum(getattr(DriftStanding, name)).label(name) for name in COUNTS]
    rows = session.execute(
        select(place.c.code, func.count().label("sites"), *sums)
        .select_from(place)
        .join(Site, Site.ancestors.contains(array([place.c.code])))
        .join(DriftStanding, _MINE)
        .where(*_conditions(actor, asked))
        .group_by(place.c.code)
    ).all()
    named = dict(regions)
    return [(row.code, named[row.code], row) for row in sorted(rows, key=lambda row: (-row.core, -row.unexplained))]


def of_site(session: Session, site_id: Any) -> DriftStanding | None:
    return session.scalar(select(DriftStanding).where(DriftStanding.tenant_id == site_id))


def _conditions(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = sites.matching(actor, {name: asked.get(name) for name in ("q", "region", "tier")})
    conditions.append(Site.state.in_(WORKING))
    wanted = {name: asked[key] for key, name in (("sort_of", "class"), ("kind", "kind")) if asked.get(key)}
    if wanted:
        conditions.append(DriftStanding.findings.contains([wanted]))
    return conditions


def _columns() -> Select[*tuple[Any, ...]]:
    about = (Site.id, Site.code, Site.name, Site.tier, Site.state, Site.ancestors)
    counts = [getattr(DriftStanding, name) for name in (*COUNTS, "findings", "as_of", "computed_at")]
    return select(*about, *counts).join(DriftStanding, _MINE)


def _order(asked: Mapping[str, Any]) -> tuple[ColumnElement[Any], ...]:
    sort = asked.get("sort") or "-core"
    column = SORTS[sort.lstrip("-")]
    first = column.desc() if sort.startswith("-") else column.asc()
    return first, DriftStanding.core.desc(), DriftStanding.unexplained.desc(), Site.id.asc()
