"""The sites in an auditor's reach by grade and risk, from their standings alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.compliance.words import GRADES, RISKS, SETS
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Date, Int, Number, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.paging import NUMBERED, Order
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.listing import EXPORT, LIST, MOST, PAPER, REGION, SEARCH, STATES, Placed, Regions
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.resources.lists import equals

UNGRADED = "none"
LEVELS: Mapping[str, Message] = {**GRADES, UNGRADED: _("未评级")}
_STANDING = ComplianceStanding
_MINE = _STANDING.tenant_id == Site.id


@dataclass(frozen=True, slots=True)
class ComplianceRow(Placed):
    """A site and its latest standing; without one there is nothing of it."""

    id: UUID
    code: str
    name: str
    tier: str
    state: str
    ancestors: Sequence[str]
    operating_since: date | None
    as_of: date | None
    age_set: str | None
    points: Decimal | None
    possible: Decimal | None
    percent: Decimal | None
    grade: str | None
    capped: bool | None
    failed_core: list[str] | None
    risk: int | None
    computed_at: datetime | None


def rows() -> Rows[ComplianceRow]:
    about = (Site.id, Site.code, Site.name, Site.tier, Site.state, Site.ancestors, Site.operating_since)
    standing = [
        getattr(_STANDING, name)
        for name in (
            *("as_of", "age_set", "points", "possible", "percent"),
            *("grade", "capped", "failed_core", "risk", "computed_at"),
        )
    ]
    query = select(*about, *standing).select_from(Site).outerjoin(_STANDING, _MINE)
    return Rows(ComplianceRow, query, summed, sites.named)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [reach.within(actor), Site.state.in_(WORKING)]


def graded(grade: str, _around: Regions) -> ColumnElement[bool]:
    return _STANDING.grade.is_(None) if grade == UNGRADED else _STANDING.grade == grade


def risky(level: str, _around: Regions) -> ColumnElement[bool]:
    return _STANDING.risk.between(*RISKS[level].bounds)


def summed(session: Session, actor: Actor, asked: Mapping[str, Any], around: Regions) -> int:
    """How many sites there are, where one thing at most is asked for beside their region; 0 is not known."""
    held = around.sums or _held(session, actor, asked)
    match [name for name in ("q", "grade", "age", "risk") if asked.get(name)]:
        case []:
            return sum(held.values())
        case ["grade"]:
            return held[asked["grade"]]
        case ["age" | "risk" as name]:
            return sites.held(session, actor, asked.get("region")).get(f"{name}_{asked[name]}", 0)
    return 0


def by_grade(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    """How many sites of the region have which grade; `none` those without one."""
    found = _held(session, actor, asked)
    if sum(found.values()) > NUMBERED:
        return found
    return dict.fromkeys(found, 0) | _grade_by_grade(session, actor, asked)


COMPLIANCE = Resource[Regions, ComplianceRow](
    name="compliance",
    title=_("合规"),
    rows=rows,
    scope=scope,
    context=sites.around,
    order="-risk",
    key=Site.id,
    most=MOST,
    sorts={
        "risk": Order((_STANDING.risk, _STANDING.tenant_id), optional=True, row=Site.id),
        "percent": Order((_STANDING.percent, _STANDING.tenant_id), optional=True, row=Site.id),
        "name": Order((Site.name, Site.id)),
        "code": Order((Site.code, Site.id)),
    },
    filters=(
        REGION,
        Filter("grade", _("等级"), Choice(LEVELS), graded, lambda _around: LEVELS),
        Filter("age", _("指标集"), Choice(SETS), equals(_STANDING.age_set), lambda _around: SETS),
        Filter(
            "risk", _("风险"), Choice(RISKS), risky, lambda _around: {code: one.label for code, one in RISKS.items()}
        ),
        SEARCH,
    ),
    fields=(
        Field("name", _("站点"), Text(), out=PAPER, width=30, sort="name"),
        Field("code", _("编号"), Text(), out=PAPER, width=16, sort="code"),
        Field("place", _("地区"), Text(), out=PAPER, width=30),
        Field("state", _("状态"), Text(), out=EXPORT, choices=lambda _around: STATES, width=12),
        Field("operating_since", _("开始运营"), Date(), out=EXPORT, width=12),
        Field("as_of", _("评估日"), Date(), out=LIST | EXPORT, width=12),
        Field("age_set", _("指标集"), Text(), out=PAPER, width=8),
        Field("points", _("得分"), Number(), out=EXPORT, width=10),
        Field("possible", _("可评分值"), Number(), out=EXPORT, width=10),
        Field("percent", _("得分率"), Number(), out=PAPER, width=10, sort="percent"),
        Field("grade", _("等级"), Text(), out=PAPER, choices=lambda _around: GRADES, width=10),
        Field("failed_core", _("核心指标不合格"), Text(), out=PAPER, width=24),
        Field("risk", _("风险"), Int(), out=PAPER, width=8, sort="risk"),
    ),
)


def _held(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    held = sites.held(session, actor, asked.get("region"))
    return {grade: held.get(f"grade_{grade}", 0) for grade in LEVELS}


def _grade_by_grade(session: Session, actor: Actor, asked: Mapping[str, Any]) -> dict[str, int]:
    region = {"region": asked.get("region")}
    rows = session.execute(
        select(_STANDING.grade, func.count())
        .select_from(Site)
        .outerjoin(_STANDING, _MINE)
        .where(*scope(actor, None), *lists.conditions(COMPLIANCE, region, Regions()))
        .group_by(_STANDING.grade)
    )
    return {grade or UNGRADED: int(count) for grade, count in rows}
