"""The sites in an auditor's reach by grade and risk, from their standings alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.compliance.words import GRADES, RISKS
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites

PAGE_SIZE = 50
SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "risk": ComplianceStanding.risk,
    "percent": ComplianceStanding.percent,
    "name": Site.name,
    "code": Site.code,
}
UNGRADED = "none"
Listed = Row[*tuple[Any, ...]]


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
    counted = select(func.count()).select_from(Site).outerjoin(ComplianceStanding, _MINE).where(*conditions)
    total = session.scalar(counted) or 0
    page = min(asked.get("page", 1), max(1, -(-total // PAGE_SIZE)))
    query = _columns().where(*conditions).order_by(*_order(asked)).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = session.execute(query).all()
    return Listing(rows, total, page, sites.names_of(session, rows))


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The sites that the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, asked))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All of them, at most `most`, for exports and paper."""
    query = _columns().where(*_conditions(actor, asked)).order_by(*_order(asked)).limit(most)
    rows = session.execute(query).all()
    return Listing(rows, len(rows), 1, sites.names_of(session, rows))


def by_grade(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    """How many sites of the region have which grade; `none` those without one."""
    rows = session.execute(
        select(ComplianceStanding.grade, func.count())
        .select_from(Site)
        .outerjoin(ComplianceStanding, _MINE)
        .where(*_conditions(actor, {"region": asked.get("region")}))
        .group_by(ComplianceStanding.grade)
    )
    found = {grade or UNGRADED: int(count) for grade, count in rows}
    return {grade: found.get(grade, 0) for grade in (*GRADES, UNGRADED)}


_MINE = ComplianceStanding.tenant_id == Site.id


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
    return select(
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
    ).outerjoin(standing, _MINE)


def _order(asked: Mapping[str, Any]) -> tuple[ColumnElement[Any], ...]:
    sort = asked.get("sort", "-risk")
    column = SORTS[sort.lstrip("-")]
    return (column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last(), Site.id.asc())
