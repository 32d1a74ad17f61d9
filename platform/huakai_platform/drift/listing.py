"""The sites within reach by how far they depart from their edition, the ones to visit first on top."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import paging
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.paging import NUMBERED, Order
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.listing import Listing
from huakai_platform.regions.service import COUNTRY

PAGE_SIZE = 50
_DRIFT = DriftStanding
_MINE = _DRIFT.tenant_id == Site.id
SORTS: dict[str, Order] = {
    "core": Order((_DRIFT.core, _DRIFT.unexplained, _DRIFT.tenant_id)),
    "unexplained": Order((_DRIFT.unexplained, _DRIFT.core, _DRIFT.tenant_id)),
    "waived": Order((_DRIFT.waived, _DRIFT.core, _DRIFT.tenant_id)),
    "allowed": Order((_DRIFT.allowed, _DRIFT.core, _DRIFT.tenant_id)),
    "name": Order((Site.name, Site.id)),
    "code": Order((Site.code, Site.id)),
}
COUNTS = ("conforming", "allowed", "waived", "unexplained", "core")
FILTERS = ("q", "tier", "sort_of", "kind")
Sums = tuple[str, str, Mapping[str, int]]
"""Code and name of a region, and what its sites come to."""


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any], summed: int) -> Listing:
    """A page of the sites that the filters leave; `summed` counts those of the region (see standing)."""
    query = unordered_query(actor, asked)
    total = paging.count(session, query, summed=0 if _filtered(asked) else summed)
    return sites.listed(session, paging.cut(session, query, _order(asked), asked, total, PAGE_SIZE))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All of them, at most `most`, for exports and paper."""
    rows = session.execute(_order(asked).applied(unordered_query(actor, asked)).limit(most)).all()
    return Listing(rows, sites.names_of(session, rows))


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The sites that the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, asked))


def standing(session: Session, actor: Actor, asked: Mapping[str, Any]) -> int:
    """How many sites of the region have a standing, as it is summed up; 0 is not known."""
    return sites.held(session, actor, asked.get("region")).get("drift_sites", 0)


def by_region(
    session: Session, actor: Actor, regions: Sequence[tuple[str, str]], asked: Mapping[str, Any], summed: int
) -> list[Sums]:
    """What the sites of each region come to, the ones to visit first on top.

    Of more sites than are counted one by one it is said where the rollups say it: of whole regions.
    """
    code = asked.get("region") or reach.region(actor) or COUNTRY
    if summed <= NUMBERED:
        found = _site_by_site(session, actor, regions, code, asked)
    elif _filtered(asked):
        found = []
    else:
        below = sites.held_below(session, actor, code)
        found = [(child, name, _departures(numbers)) for child, name, numbers in below if numbers.get("drift_sites")]
    return sorted(found, key=lambda one: (-one[2]["core"], -one[2]["unexplained"]))


def _site_by_site(
    session: Session, actor: Actor, regions: Sequence[tuple[str, str]], code: str, asked: Mapping[str, Any]
) -> list[Sums]:
    child = Site.ancestors[func.array_position(Site.ancestors, code) - 1].label("child")
    sums = [func.sum(getattr(DriftStanding, name)).label(name) for name in COUNTS]
    rows = session.execute(
        select(child, func.count().label("sites"), *sums)
        .select_from(Site)
        .join(DriftStanding, _MINE)
        .where(*_conditions(actor, asked))
        .group_by(child)
    ).all()
    named = dict(regions)
    return [(row.child, named[row.child], {**row._mapping}) for row in rows if row.child in named]


def _departures(numbers: Mapping[str, int]) -> dict[str, int]:
    return {name: numbers.get(f"drift_{name}", 0) for name in ("sites", *COUNTS)}


def _filtered(asked: Mapping[str, Any]) -> bool:
    return any(asked.get(name) for name in FILTERS)


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
    return select(*about, *counts).select_from(Site).join(DriftStanding, _MINE)


def _order(asked: Mapping[str, Any]) -> Order:
    sort = asked.get("sort") or "-core"
    return replace(SORTS[sort.removeprefix("-")], falling=sort.startswith("-"))
