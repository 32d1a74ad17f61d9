"""The sites in an auditor's reach by grade and risk, from their standings alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.compliance.words import GRADES, RISKS
from huakai_platform.kernel import paging
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.paging import NUMBERED, Order
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding.listing import Listing

PAGE_SIZE = 50
_MINE = ComplianceStanding.tenant_id == Site.id
SORTS: dict[str, Order] = {
    "risk": Order((ComplianceStanding.risk, ComplianceStanding.tenant_id), optional=True, row=Site.id),
    "percent": Order((ComplianceStanding.percent, ComplianceStanding.tenant_id), optional=True, row=Site.id),
    "name": Order((Site.name, Site.id)),
    "code": Order((Site.code, Site.id)),
}
UNGRADED = "none"


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any], grades: Mapping[str, int]) -> Listing:
    """A page of the sites that the filters leave; `grades` counts those of the region (see by_grade)."""
    query = unordered_query(actor, asked)
    total = paging.count(session, query, summed=_summed(session, actor, asked, grades))
    return sites.listed(session, paging.cut(session, query, _order(asked), asked, total, PAGE_SIZE))


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The sites that the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, asked))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All of them, at most `most`, for exports and paper."""
    rows = session.execute(_order(asked).applied(unordered_query(actor, asked)).limit(most)).all()
    return Listing(rows, sites.names_of(session, rows))


def by_grade(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    """How many sites of the region have which grade; `none` those without one."""
    held = sites.held(session, actor, asked.get("region"))
    found = {grade: held.get(f"grade_{grade}", 0) for grade in (*GRADES, UNGRADED)}
    if sum(found.values()) > NUMBERED:
        return found
    return dict.fromkeys(found, 0) | _grade_by_grade(session, actor, asked)


def _grade_by_grade(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    rows = session.execute(
        select(ComplianceStanding.grade, func.count())
        .select_from(Site)
        .outerjoin(ComplianceStanding, _MINE)
        .where(*_conditions(actor, {"region": asked.get("region")}))
        .group_by(ComplianceStanding.grade)
    )
    return {grade or UNGRADED: int(count) for grade, count in rows}


def _summed(session: Session, actor: Actor, asked: Mapping[str, Any], grades: Mapping[str, int]) -> int:
    """How many sites there are, where one thing at most is asked for beside their region; 0 is not known."""
    match [name for name in ("q", "grade", "age", "risk") if asked.get(name)]:
        case []:
            return sum(grades.values())
        case ["grade"]:
            return grades[asked["grade"]]
        case ["age" | "risk" as name]:
            return sites.held(session, actor, asked.get("region")).get(f"{name}_{asked[name]}", 0)
    return 0


def _conditions(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = sites.matching(actor, {name: asked.get(name) for name in ("q", "region")})
    conditions.append(Site.state.in_(WORKING))
    if grade := asked.get("grade"):
        matches = ComplianceStanding.grade.is_(None) if grade == UNGRADED else ComplianceStanding.grade == grade
        conditions.append(matches)
    if age := asked.get("age"):
        conditions.append(ComplianceStanding.age_set == age)
    if level := asked.get("risk"):
        least, most = RISKS[level].bounds
        conditions.append(ComplianceStanding.risk.between(least, most))
    return conditions


def _columns() -> Select[*tuple[Any, ...]]:
    standing = ComplianceStanding
    columns = (
        Site.id,
        Site.code,
        Site.name,
        Site.tier,
        Site.state,
        Site.ancestors,
        Site.operating_since,
        standing.as_of,
        standing.age_set,
        standing.points,
        standing.possible,
        standing.percent,
        standing.grade,
        standing.capped,
        standing.failed_core,
        standing.risk,
        standing.computed_at,
    )
    return select(*columns).select_from(Site).outerjoin(standing, _MINE)


def _order(asked: Mapping[str, Any]) -> Order:
    sort = asked.get("sort") or "-risk"
    return replace(SORTS[sort.removeprefix("-")], falling=sort.startswith("-"))
