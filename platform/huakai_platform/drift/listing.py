"""The sites within reach by how far they depart from their edition, the ones to visit first on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from huakai_platform.drift.models import DriftStanding
from huakai_platform.drift.words import CLASSES, KINDS, finding
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Date, Int, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.paging import NUMBERED, Order
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.listing import EXPORT, MOST, PAPER, REGION, SEARCH, TIER, Placed, Regions
from huakai_platform.regions.service import COUNTRY
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Resource, Rows

_DRIFT = DriftStanding
_MINE = _DRIFT.tenant_id == Site.id
COUNTS = ("conforming", "allowed", "waived", "unexplained", "core")
FILTERS = ("q", "tier", "sort_of", "kind")
Sums = tuple[str, str, Mapping[str, int]]
"""Code and name of a region, and what its sites come to."""


@dataclass(frozen=True, slots=True)
class DriftRow(Placed):
    """A site and what it comes to."""

    id: UUID
    code: str
    name: str
    tier: str
    state: str
    ancestors: Sequence[str]
    conforming: int
    allowed: int
    waived: int
    unexplained: int
    core: int
    findings: list[dict[str, Any]]
    as_of: date
    computed_at: datetime

    def departures(self, _around: Regions) -> str:
        return "; ".join(map(finding, self.findings))


def rows() -> Rows[DriftRow]:
    about = (Site.id, Site.code, Site.name, Site.tier, Site.state, Site.ancestors)
    counts = [getattr(_DRIFT, name) for name in (*COUNTS, "findings", "as_of", "computed_at")]
    return Rows(DriftRow, select(*about, *counts).select_from(Site).join(_DRIFT, _MINE), summed, sites.named)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [reach.within(actor), Site.state.in_(WORKING)]


def found(asked: Mapping[str, str], _around: Regions) -> ColumnElement[bool]:
    """One departure is of the class and of the kind that are asked for."""
    names = {"sort_of": "class", "kind": "kind"}
    return _DRIFT.findings.contains([{names[name]: value for name, value in asked.items()}])


def found_by_kind(asked: Mapping[str, str], around: Regions) -> ColumnElement[bool] | None:
    return None if "sort_of" in asked else found(asked, around)


def summed(session: Session, actor: Actor, asked: Mapping[str, Any], around: Regions) -> int:
    """How many sites there are, where nothing but their region is asked for; 0 is not known."""
    if _filtered(asked):
        return 0
    return around.sums["sites"] if around.sums else standing(session, actor, asked)


DRIFT = Resource[Regions, DriftRow](
    name="drift",
    title=_("偏离"),
    rows=rows,
    scope=scope,
    context=sites.around,
    order="-core",
    key=Site.id,
    most=MOST,
    sorts={
        "core": Order((_DRIFT.core, _DRIFT.unexplained, _DRIFT.tenant_id)),
        "unexplained": Order((_DRIFT.unexplained, _DRIFT.core, _DRIFT.tenant_id)),
        "waived": Order((_DRIFT.waived, _DRIFT.core, _DRIFT.tenant_id)),
        "allowed": Order((_DRIFT.allowed, _DRIFT.core, _DRIFT.tenant_id)),
        "name": Order((Site.name, Site.id)),
        "code": Order((Site.code, Site.id)),
    },
    filters=(
        REGION,
        TIER,
        Filter("sort_of", _("类别"), Choice(CLASSES), found, lambda _around: CLASSES, beside=("kind",)),
        Filter("kind", _("要求"), Choice(KINDS), found_by_kind, lambda _around: KINDS, beside=("sort_of",)),
        SEARCH,
    ),
    fields=(
        Field("name", _("站点"), Text(), out=PAPER, width=30, sort="name"),
        Field("code", _("编号"), Text(), out=PAPER, width=16, sort="code"),
        Field("place", _("地区"), Text(), out=PAPER, width=30),
        Field("tier", _("级别"), Text(), out=PAPER, width=8),
        Field("core", _("核心无说明"), Int(), out=PAPER, width=10, sort="core"),
        Field("unexplained", _("无说明"), Int(), out=PAPER, width=10, sort="unexplained"),
        Field("waived", _("已豁免"), Int(), out=PAPER, width=10, sort="waived"),
        Field("allowed", _("允许的调整"), Int(), out=PAPER, width=12, sort="allowed"),
        Field("conforming", _("符合"), Int(), out=PAPER, width=8),
        Field("as_of", _("核对日"), Date(), out=EXPORT, width=12),
        Field("departures", _("偏离项"), Text(), out=EXPORT, width=80),
    ),
)


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
        .where(*scope(actor, None), *lists.conditions(DRIFT, asked, Regions()))
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
