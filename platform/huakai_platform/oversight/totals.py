"""Totals of past activities of a region, entered as one figure; they roll up beside the sites' numbers, marked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.events import TotalReported
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.oversight import picture
from huakai_platform.oversight.models import RegionRollup, RegionTotal
from huakai_platform.regions.models import Region

FIELDS: dict[str, Message] = {
    "from_on": _("从"),
    "to_on": _("至"),
    "sessions": _("场次"),
    "attendances": _("人次"),
    "people": _("人数"),
    "estimated": _("是估计数（约）"),
    "sites": _("涉及站点数"),
    "source": _("数字的来源"),
}
NAMES = ("sessions", "attendances", "people")
LOCK = 0x4855414B4154
"""One total after the other, so that the second sees the first."""
Found = Sequence[Row[*tuple[Any, ...]]]


def within(session: Session, actor: Actor, code: str) -> Found:
    """The totals of a region and of all below it, the latest period first, each with what is counted singly beside."""
    rows = _standing(actor).where(Region.ancestors.contains([code])).order_by(RegionTotal.from_on.desc())
    return session.execute(rows).all()


def get(session: Session, actor: Actor, total_id: UUID) -> RegionTotal:
    """A total within the actor's reach that still counts. Raises NotFound."""
    here = Region.ancestors.contains([picture.top(actor)])
    if row := session.execute(_standing(actor).where(RegionTotal.id == total_id, here)).one_or_none():
        return session.get_one(RegionTotal, row.id)
    raise NotFound(_("没有这条汇总数。"))


def add(session: Session, actor: Actor, region: str | None, values: Mapping[str, Any]) -> UUID:
    """Enter what a region's activities came to in whole months. Raises Invalid where any of them is counted already."""
    own = picture.top(actor)
    path, _level = picture.path_of(session, own, region or own)
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if faults := _wrong(session, actor, path[-1][0], values):
        raise Invalid(_("填写的内容有误。"), faults)
    row = RegionTotal(
        id=uuid7(),
        institution_id=actor.institution_id,
        region_code=path[-1][0],
        recorded_by=actor.account_id,
        recorded_at=clock.now(),
        **{name: values.get(name) for name in FIELDS},
    )
    session.add(row)
    session.flush()
    outbox.publish(session, TotalReported(row.id))
    audit.record(
        session, actor, "totals.added", "activity_total", row.id, region=row.region_code, until=row.to_on.isoformat()
    )
    return row.id


def withdraw(session: Session, actor: Actor, total_id: UUID) -> None:
    """Let a total count no more. Raises NotFound."""
    row = get(session, actor, total_id)
    row.withdrawn_at = clock.now()
    session.flush()
    outbox.publish(session, TotalReported(row.id))
    audit.record(session, actor, "totals.removed", "activity_total", row.id, region=row.region_code)


def numbers(total: RegionTotal) -> dict[str, int]:
    """What a total adds to the month in which its period ends; nothing once it was withdrawn."""
    known = {f"activity_total_{name}": getattr(total, name) for name in NAMES}
    return {} if total.withdrawn_at else {name: number for name, number in known.items() if number}


def _standing(actor: Actor) -> Any:
    held = func.coalesce(func.sum(RegionRollup.metrics["activities_held"].as_integer()), 0)
    single = (
        select(held)
        .where(
            RegionRollup.region_code == RegionTotal.region_code,
            RegionRollup.month.between(RegionTotal.from_on, RegionTotal.to_on),
        )
        .scalar_subquery()
    )
    columns = [getattr(RegionTotal, name) for name in ("id", "region_code", *FIELDS)]
    return (
        select(*columns, Region.name, single.label("single"))
        .join(Region, Region.code == RegionTotal.region_code)
        .where(RegionTotal.institution_id == actor.institution_id, RegionTotal.withdrawn_at.is_(None))
    )


def _wrong(session: Session, actor: Actor, code: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    if faults := _disagreeing(given):
        return faults
    first, last = given["from_on"], given["to_on"]
    overlapping = _standing(actor).where(RegionTotal.from_on <= last, RegionTotal.to_on >= first, _along(session, code))
    if other := session.execute(overlapping.limit(1)).one_or_none():
        said = _(
            "与 {place} {first} 至 {last} 的汇总数重叠，会重复计算",
            place=other.name,
            first=other.from_on,
            last=other.to_on,
        )
        return {"from_on": [said]}
    single = session.scalar(
        select(func.sum(RegionRollup.metrics["activities_held"].as_integer())).where(
            RegionRollup.region_code == code, RegionRollup.month.between(first, last)
        )
    )
    if single:
        said = _("这段时间已有 {count} 次单独登记的活动，不能再填汇总数，否则会重复计算", count=single)
        return {"from_on": [said]}
    return {}


def _disagreeing(given: Mapping[str, Any]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    first, last, attendances, people = (given.get(name) for name in ("from_on", "to_on", "attendances", "people"))
    assert isinstance(first, date)
    assert isinstance(last, date)
    if first.day != 1:
        faults["from_on"] = [_("请从一个月的第一天开始")]
    if (last + timedelta(days=1)).day != 1:
        faults["to_on"] = [_("请到一个月的最后一天为止")]
    if last < first:
        faults["to_on"] = [_("不能早于开始日期")]
    if last >= clock.today():
        faults["to_on"] = [_("这段时期应已结束")]
    if attendances is None and people is None:
        faults["attendances"] = [_("人次和人数至少填写一项")]
    if attendances is not None and people is not None and people > attendances:
        faults["people"] = [_("人数不能多于人次")]
    return faults


def _along(session: Session, code: str) -> ColumnElement[bool]:
    """True for a region, all above it and all below it."""
    above = session.scalars(select(Region.ancestors).where(Region.code == code)).one()
    return or_(RegionTotal.region_code.in_(above), Region.ancestors.contains([code]))
