"""What does not go together in an activity, by field."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.regions.models import Region
from huakai_tenants.activities.catalogue import OWN, Catalogue
from huakai_tenants.activities.models import Activity, ActivityTotal
from huakai_tenants.staff.models import StaffMember

Faults = dict[str, list[str]]
LISTED = _("请从列出的选项中选择")
NUMBERS = ("sessions", "attendances", "people")
MOST_NEIGHBOURS = 500


def period_lock(session: Session) -> None:
    """Lock the activities and totals of the room against other writers until commit."""
    key = tenancy.current(session).int % 2**63
    session.execute(select(func.pg_advisory_xact_lock(key)))


def wrong(session: Session, known: Catalogue, given: Mapping[str, Any], row: Activity | None = None) -> Faults:
    """Of the values of every field; `row` is the activity that they are for, where there is one."""
    faults: Faults = {}
    rules = (_numbers(given), _unlisted(known, given, row), _places(known, given), _strangers(session, given, row))
    for rule in (*rules, _elsewhere(session, given), _doubles(session, given, row)):
        for name, said in rule:
            faults.setdefault(name, []).append(said)
    return faults


def plain(known: Catalogue, given: Mapping[str, Any], row: Activity | None) -> Faults:
    """What can be said of the values without asking for anything else."""
    faults: Faults = {}
    for rule in (_numbers(given), _unlisted(known, given, row), _places(known, given)):
        for name, said in rule:
            faults.setdefault(name, []).append(said)
    return faults


def of_row(known: Catalogue, given: Mapping[str, Any], row: Activity | None, totals: Iterable[ActivityTotal]) -> Faults:
    """Of a row of a sheet, which names its activity by day and title; `totals` are all of the past."""
    faults = plain(known, given, row)
    if row and row.state == "cancelled":
        faults.setdefault("title", []).append(_("这次活动已经取消，请先恢复。"))
    elif given["state"] == "cancelled":
        faults.setdefault("state", []).append(_("取消活动请在活动页面进行。"))
    total = next((one for one in totals if one.from_on <= given["held_on"] <= one.to_on), None)
    if total and given["state"] == "held" and given["counted"]:
        faults.setdefault("held_on", []).append(covered(total))
    return faults


def _numbers(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    sessions, attendances, people = (given[name] for name in NUMBERS)
    if given["starts_at"] and given["ends_at"] and given["ends_at"] <= given["starts_at"]:
        yield "ends_at", _("应晚于开始时间")
    if given["state"] == "planned":
        yield from ((name, _("还没有举办，不填数字")) for name in NUMBERS if given[name] is not None)
        return
    if given["held_on"] > clock.today():
        yield "held_on", _("已举办的活动不能晚于今天")
    if not sessions:
        yield "sessions", _("请填写场次")
    if attendances is None and people is None:
        yield "attendances", _("人次和人数至少填写一项")
    if attendances is not None and people is not None and people > attendances:
        yield "people", _("人数不能多于人次")
    if given["leads"] and given["leads"] > max(attendances or 0, people or 0):
        yield "leads", _("不能多于参加的人")


def _unlisted(known: Catalogue, given: Mapping[str, Any], row: Activity | None) -> Iterator[tuple[str, str]]:
    """A code that the edition no longer knows may stay where it stands."""
    lists = {"venue": known.venues, "programme": known.programmes, "form": known.forms}
    for name, codes in (*lists.items(), ("theme", {**known.themes, OWN: {}})):
        if given[name] and given[name] not in codes and (row is None or getattr(row, name) != given[name]):
            yield name, LISTED
    for name, codes in (("audiences", known.audiences), ("flowers", known.flowers)):
        if not {*given[name]} <= {*codes, *(getattr(row, name) if row else ())}:
            yield name, LISTED


def _places(known: Catalogue, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    venue, programme = given["venue"], given["programme"]
    if given["direction"] == "out" and not venue:
        yield "venue", _("走出去的活动请选择进了哪里")
    if programme and venue and known.venue_of.get(programme, venue) != venue:
        yield "programme", _("这个项目不是为这类单位开设的")


def _strangers(session: Session, given: Mapping[str, Any], row: Activity | None) -> Iterator[tuple[str, str]]:
    named = {*given["facilitators"]} - {*(row.facilitators if row else ())}
    if named:
        wanted = select(func.count()).select_from(StaffMember).where(StaffMember.id.in_([UUID(one) for one in named]))
        if session.scalar(wanted) != len(named):
            yield "facilitators", LISTED


def _elsewhere(session: Session, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if given["reported_with"] is None:
        if not given["counted"]:
            yield "reported_with", _("请选择上报数字的站点")
    elif given["reported_with"] not in {one.id for one in neighbours(session)}:
        yield "reported_with", LISTED


def _doubles(session: Session, given: Mapping[str, Any], row: Activity | None) -> Iterator[tuple[str, str]]:
    same = select(Activity.id).where(Activity.held_on == given["held_on"], Activity.title == given["title"])
    if (found := session.scalar(same)) and (row is None or found != row.id):
        yield "title", _("当天已经登记了同名的活动；同一活动办几场，请填写场次")
    if given["state"] == "held" and given["counted"] and (total := total_over(session, given["held_on"])):
        yield "held_on", covered(total)


def covered(total: ActivityTotal) -> str:
    return _(
        "{first} 至 {last} 已按汇总数上报，不能再登记单次活动，否则会重复计算", first=total.from_on, last=total.to_on
    )


def total_over(session: Session, day: date) -> ActivityTotal | None:
    """The total whose period has a day."""
    return session.scalar(select(ActivityTotal).where(ActivityTotal.from_on <= day, ActivityTotal.to_on >= day))


def neighbours(session: Session) -> list[Site]:
    """The other sites of the institution in the same county, with which an activity may be reported."""
    own = session.get(Site, tenancy.current(session))
    if own is None:
        return []
    above = select(Region.parent_code).where(Region.code == own.region_code, Region.level == "township")
    county = session.scalar(above) or own.region_code
    wanted = select(Site).where(
        Site.institution_id == own.institution_id,
        Site.id != own.id,
        Site.state == "open",
        Site.ancestors.contains([county]),
    )
    return list(session.scalars(wanted.order_by(Site.kind, Site.code).limit(MOST_NEIGHBOURS)))
