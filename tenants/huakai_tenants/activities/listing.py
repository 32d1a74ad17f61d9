"""The list of a room's activities: its fields, where each is shown, by what it is asked, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Int, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Question, Resource, Rows
from huakai_platform.resources.lists import contains, equals
from huakai_tenants.activities import catalogue
from huakai_tenants.activities.catalogue import DIRECTIONS, STATES, Catalogue
from huakai_tenants.activities.models import Activity

SHOWN = frozenset({"list", "export", "print"})
PAPER = frozenset({"export", "print"})
EXPORT = frozenset({"export"})


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
        Field("title", _("活动名称"), Text(), out=SHOWN, width=32, sort="title"),
        Field("held_on", _("日期"), Date(), out=SHOWN, sort="held"),
        Field("direction", _("方向"), Choice(DIRECTIONS), out=SHOWN, choices=directions, width=10),
        Field("venue", _("四进"), Code(), out=SHOWN, choices=venues, width=12),
        Field("programme", _("项目"), Code(), out=PAPER, choices=programmes, width=24),
        Field("form", _("活动形式"), Code(), out=SHOWN, choices=forms, width=18),
        Field("audiences", _("服务对象"), Code(), out=EXPORT, choices=audiences, width=24),
        Field("flowers", _("三朵花"), Code(), out=EXPORT, choices=flowers, width=20),
        Field("place", _("地点"), Text(), out=PAPER, width=20),
        Field("partner", _("合作单位"), Text(), out=EXPORT, width=20),
        Field("sessions", _("场次"), Int(), out=SHOWN, width=8, sort="sessions"),
        Field("sessions_estimated", _("场次为估计"), Flag(), out=EXPORT, width=12),
        Field("attendances", _("人次"), Int(), out=SHOWN, width=8, sort="attendances"),
        Field("attendances_estimated", _("人次为估计"), Flag(), out=EXPORT, width=12),
        Field("people", _("人数"), Int(), out=SHOWN, width=8, sort="people"),
        Field("people_estimated", _("人数为估计"), Flag(), out=EXPORT, width=12),
        Field("state", _("状态"), Choice(STATES), out=SHOWN, choices=states, width=10),
        Field("counted", _("计入本站"), Flag(), out=PAPER, width=10),
    ),
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
