"""The list of a room's activities: its fields, where each is shown, by what it is asked, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Many, Text, Time
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import words as units
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Question, Resource, Rows, Word, both
from huakai_platform.resources.lists import contains, equals
from huakai_tenants.activities import catalogue
from huakai_tenants.activities.catalogue import DIRECTIONS, OWN, OWN_THEME, STATES, Catalogue
from huakai_tenants.activities.materials import Materials
from huakai_tenants.activities.models import Activity

TAKEN = frozenset({"form", "body", "sheet"})
TYPED = frozenset({"form", "body"})
SHOWN = frozenset({"list", "export", "print", "row"})
PAPER = frozenset({"export", "print", "row"})
EXPORT = frozenset({"export", "row"})
ROW, DETAIL = frozenset({"row"}), frozenset({"detail"})
MOST = 1_000_000
STAYS, PICK_STAYS = _("空白表示不改动。"), _("从下拉列表中选择。空白表示不改动。")
SEVERAL_STAY = _("可以写几个，用顿号分开。空白表示不改动。")


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity; codes are those of the edition."""

    id: UUID
    title: str
    held_on: date
    starts_at: str | None
    ends_at: str | None
    state: str
    direction: str
    venue: str | None
    programme: str | None
    form: str
    theme: str | None
    audiences: Sequence[str]
    flowers: Sequence[str]
    place: str | None
    partner: str | None
    sessions: int | None
    sessions_estimated: bool
    attendances: int | None
    attendances_estimated: bool
    people: int | None
    people_estimated: bool
    reported_with: UUID | None
    counted: bool
    reason: str | None
    facilitators: Sequence[str]
    guests: str | None
    materials: Sequence[Mapping[str, Any]]
    leads: int | None
    checked_in: int
    note: str | None
    version: int


def rows() -> Rows[ActivityRow]:
    return Rows(ActivityRow, select(*(getattr(Activity, name) for name in ActivityRow.__dataclass_fields__)))


def here(session: Session, _actor: Actor) -> Catalogue:
    return catalogue.here(session)


def since(day: date, _known: Catalogue) -> ColumnElement[bool]:
    return Activity.held_on >= day


def until(day: date, _known: Catalogue) -> ColumnElement[bool]:
    return Activity.held_on <= day


def flower(code: str, _known: Catalogue) -> ColumnElement[bool]:
    return Activity.flowers.contains([code])


def audience(code: str, _known: Catalogue) -> ColumnElement[bool]:
    return Activity.audiences.contains([code])


def venues(known: Catalogue) -> Mapping[str, Mapping[str, str]]:
    return known.venues


def programmes(known: Catalogue) -> Mapping[str, Mapping[str, str]]:
    return known.programmes


def themes(known: Catalogue) -> Mapping[str, Word]:
    return {**known.themes, OWN: OWN_THEME}


def forms(known: Catalogue) -> Mapping[str, Mapping[str, str]]:
    return known.forms


def audiences(known: Catalogue) -> Mapping[str, Mapping[str, str]]:
    return known.audiences


def flowers(known: Catalogue) -> Mapping[str, Mapping[str, str]]:
    return known.flowers


def states(_known: Catalogue) -> Mapping[str, Message]:
    return STATES


def directions(_known: Catalogue) -> Mapping[str, Message]:
    return DIRECTIONS


def estimate(name: str, label: Message) -> Field[Catalogue]:
    """Whether the number before it was counted or estimated."""
    return Field(name, label, Flag(load_default=False), TAKEN, EXPORT, note=PICK_STAYS, width=12)


ACTIVITIES = Resource[Catalogue, ActivityRow](
    name="activities",
    title=_("活动"),
    rows=rows,
    scope=lambda _actor, _parent: (),
    context=here,
    order="-held",
    key=Activity.id,
    most=20_000,
    sorts={
        "held": Activity.held_on,
        "title": Activity.title,
        "sessions": Activity.sessions,
        "attendances": Activity.attendances,
        "people": Activity.people,
    },
    filters=(
        Filter("q", _("活动名称"), Text(max_length=60), contains(Activity.title)),
        Filter("since", _("从"), Date(), since),
        Filter("until", _("至"), Date(), until),
        Filter("state", _("状态"), Choice(STATES), equals(Activity.state), states),
        Filter("direction", _("方向"), Choice(DIRECTIONS), equals(Activity.direction), directions),
        Filter("venue", _("四进"), Code(), equals(Activity.venue), venues),
        Filter("programme", _("项目"), Code(), equals(Activity.programme), programmes),
        Filter("form", _("活动形式"), Code(), equals(Activity.form), forms),
        Filter("audience", _("服务对象"), Code(), audience, audiences),
        Filter("flower", _("三朵花"), Code(), flower, flowers),
    ),
    fields=(
        Field(
            "title", _("活动名称"), Text(max_length=80, required=True), TAKEN, SHOWN, width=32, sort="title",
            recognises=1, note=_("日期和名称都相同的，是同一次活动。"),
        ),
        Field("held_on", _("日期"), Date(required=True), TAKEN, SHOWN, width=12, sort="held", recognises=1),
        Field("starts_at", _("开始时间"), Time(), TAKEN, ROW, note=_("如 09:30。空白表示不改动。"), width=12),
        Field("ends_at", _("结束时间"), Time(), TAKEN, ROW, note=_("如 11:00。空白表示不改动。"), width=12),
        Field("state", _("状态"), Choice(("planned", "held"), required=True), TAKEN, choices=states, width=12),
        Field("direction", _("方向"), Choice(DIRECTIONS, required=True), TAKEN, SHOWN, directions, width=10),
        Field("venue", _("四进"), Code(), TAKEN, SHOWN, venues, PICK_STAYS, width=12),
        Field("programme", _("项目"), Code(), TAKEN, PAPER, programmes, PICK_STAYS, width=24),
        Field("form", _("活动形式"), Code(required=True), TAKEN, SHOWN, forms, width=18),
        Field("theme", _("每月主题"), Code(), TAKEN, ROW, themes, PICK_STAYS, width=24),
        Field("audiences", _("服务对象"), Many(Code(), most=40), TAKEN, EXPORT, audiences, SEVERAL_STAY, width=24),
        Field("flowers", _("三朵花"), Many(Code(), most=10), TAKEN, EXPORT, flowers, SEVERAL_STAY, width=20),
        Field("place", _("地点"), Text(max_length=80), TAKEN, PAPER, note=STAYS, width=20),
        Field("partner", _("合作单位"), Text(max_length=120), TAKEN, EXPORT, note=STAYS, width=20),
        Field("facilitators", _("负责人员"), Many(Id(), most=50), TYPED, DETAIL),
        Field("guests", _("外请人员"), Text(max_length=120), TAKEN, DETAIL, note=STAYS),
        Field(
            "sessions", _("场次"), Int(1, 10_000), TAKEN, SHOWN, width=8, sort="sessions", units=units.TIMES,
            note=_("办了几场。计划中的活动不填。"), about=both("场次 Sessions, never added to the other two."),
        ),
        estimate("sessions_estimated", _("场次为估计")),
        Field(
            "attendances", _("人次"), Int(0, MOST), TAKEN, SHOWN, width=8, sort="attendances", units=units.VISITS,
            note=_("每场到场的人加在一起。不知道的不填。"), about=both("人次 Attendances."),
        ),
        estimate("attendances_estimated", _("人次为估计")),
        Field(
            "people", _("人数"), Int(0, MOST), TAKEN, SHOWN, width=8, sort="people", units=units.PEOPLE,
            note=_("不同的人，来几次都算一个。不知道的不填。"), about=both("人数 Different people."),
        ),
        estimate("people_estimated", _("人数为估计")),
        Field("state", _("状态"), Choice(STATES, required=True), out=SHOWN, choices=states, width=10),
        Field(
            "materials", _("使用的资料"), Materials(), TAKEN, DETAIL, width=24,
            note=_("名称和数量，用分号分开，如“折页 300；海报 5”。"),
        ),
        Field(
            "leads", _("需要跟进的人数"), Int(0, 10_000), TAKEN, DETAIL, units=units.PEOPLE,
            note=_("只填人数，不写姓名；这个数字不离开本站点"),
        ),
        Field("reported_with", _("共同上报的站点"), Id(), TYPED, ROW),
        Field("counted", _("计入本站"), Flag(load_default=True), TYPED, PAPER, width=10),
        Field("reason", _("取消原因"), Text(), out=DETAIL),
        Field("checked_in", _("扫码签到人次"), Int(required=True), out=DETAIL),
        Field("note", _("备注"), Text(max_length=1000, multiline=True), TAKEN, DETAIL, note=STAYS, width=30),
    ),
)  # fmt: skip
GUIDE: tuple[Message, ...] = (
    _("每次活动一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：日期和名称都相同的活动不会重复登记。"),
    _("空白的格子不改动已登记的内容。取消活动请在活动页面进行。"),
)


def sums(session: Session, asked: Question, known: Catalogue) -> Mapping[str, int]:
    """What the held activities of a question come to: three sums that are never added up.

    What the other site reports is in the list, not in the sums.
    """
    kept = lists.conditions(ACTIVITIES, asked.values, known)
    found = [
        func.coalesce(func.sum(getattr(Activity, name)), 0).label(name)
        for name in ("sessions", "attendances", "people")
    ]
    row = session.execute(select(*found).where(Activity.state == "held", Activity.counted, *kept)).one()
    return {name: int(number) for name, number in row._mapping.items()}


def between(session: Session, first: date, last: date) -> Sequence[ActivityRow]:
    """The activities of some days, the earliest first."""
    days = rows().select.where(Activity.held_on.between(first, last))
    return lists.read(session, ACTIVITIES, days.order_by(Activity.held_on, Activity.starts_at, Activity.id))
