"""The activities of a room: its themes of the year and what was held, and at one site the year 2019 of the seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words
from huakai_deploy.demo_history.rooms import Place, Room
from huakai_deploy.demo_history.skipping import leave_out
from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.oversight import facts, totals
from huakai_tenants.activities import catalogue
from huakai_tenants.activities.catalogue import Catalogue
from huakai_tenants.activities.models import Activity, ActivityEffect, ActivityPlan
from huakai_tenants.measures import workload
from huakai_tenants.staff.models import StaffMember

MONTHS = 12
DONGGUAN, PAST = "441900000000", 2019
TOTAL = {
    "from_on": date(2013, 1, 1),
    "to_on": date(2018, 12, 31),
    "sessions": 24_575,
    "attendances": 1_269_301,
    "people": None,
    "estimated": False,
    "sites": 55,
    "source": words.TOTALLED,
}
"""What 55 centres came to (F95); there are no single records of it."""
THEMED: Mapping[str, tuple[str, str]] = {
    "new_year": ("community", "square"),
    "warmth": ("community", "visiting"),
    "square_clinic": ("community", "clinic"),
    "family_education": ("school", "lecture"),
    "exam_relief": ("school", "exam_stress"),
    "children_painting": ("community", "painting"),
    "party_organs": ("organ", "party_class"),
    "party_grassroots": ("community", "party_class"),
    "double_ninth": ("community", "law_class"),
    "happiness_envoys": ("community", "special_group"),
    "better_days": ("school", "weekend"),
    "bright_heart": ("community", "games"),
}
OUT = (
    *((2, 300), (3, 120), (4, 900), (4, 420), (5, 650), (3, 180)),
    *((4, 260), (4, 380), (3, 240), (4, 700), (3, 300), (4, 550)),
)
"""Sessions and people of each month's theme of 2019: 43 and about 5000 (F18)."""
INSIDE = (
    (9, "reading_circle", 3, 48),
    (9, "salon", 4, 80),
    (10, "lecture", 3, 70),
    (10, "group_counselling", 4, 62),
    (11, "salon", 4, 76),
    (11, "mutual_help", 4, 55),
    (12, "parent_child", 4, 90),
    (12, "reading_circle", 3, 50),
)
"""What was held in the house from September to December 2019: 29 sessions, 531 people (F19)."""
BESIDE = (
    ("out", "enterprise", "team_training", "experience", ["employees"]),
    ("out", "organ", "science", "lecture", ["officials"]),
    ("out", "school", "audiovisual", "audiovisual_class", ["students"]),
    ("out", "community", "company", "special_group", ["elderly"]),
    ("in", None, None, "reading_circle", ["residents"]),
    ("in", None, None, "salon", ["parents"]),
    ("in", None, None, "parent_child", ["parents", "children"]),
)


@dataclass(frozen=True)
class Diary:
    """Writes the rows of one room."""

    room: Room
    known: Catalogue
    staff: Sequence[str]
    dice: Random

    def row(self, on: date, title: str, **changes: Any) -> dict[str, Any]:
        room = self.room
        values: dict[str, Any] = dict.fromkeys(
            ("starts_at", "ends_at", "reason", "venue", "theme", "programme", "place")
        )
        values |= dict.fromkeys(("partner", "guests", "attendances", "people", "leads", "reported_with", "note"))
        values |= {"state": "held", "direction": "out", "sessions": 1, "checked_in": 0, "version": 1, "counted": True}
        values |= {f"{name}_estimated": False for name in ("sessions", "attendances", "people")}
        values |= {"audiences": [], "flowers": [], "facilitators": [], "materials": []}
        about = {"tenant_id": room.place.id, "id": uuid7(), "title": title, "held_on": on}
        said = {"created_by": room.second.account_id, "created_at": room.at(min(on, room.today), 17)}
        return values | about | said | changes

    def themed(self, month: date) -> dict[str, Any]:
        """The theme of a month, carried out on one of its days; planned while that day has not come."""
        theme = self.known.months[month.month]
        venue, form = THEMED[theme]
        on = month + timedelta(days=self.dice.randrange(5, 26))
        came = self.dice.randrange(25, 90)
        numbers: dict[str, int | None] = {"sessions": 1, "attendances": came, "people": came}
        if on > self.room.today:
            numbers = dict.fromkeys(numbers)
        return self.row(
            on, self.known.themes[theme]["zh"], theme=theme, venue=venue, form=form, flowers=["happiness_flower"],
            facilitators=self.staff[:1], state="planned" if on > self.room.today else "held", **numbers,
        )  # fmt: skip

    def beside(self, month: date) -> dict[str, Any] | None:
        """Something else of a month that is over by now."""
        direction, venue, programme, form, audiences = self.dice.choice(BESIDE)
        on = month + timedelta(days=self.dice.randrange(1, 28))
        sessions, came = self.dice.randrange(1, 4), self.dice.randrange(12, 45)
        if on > self.room.today:
            return None
        return self.row(
            on, self.known.forms[form]["zh"], direction=direction, venue=venue, programme=programme, form=form,
            audiences=audiences, facilitators=self.staff[:2], sessions=sessions, attendances=came * sessions,
            attendances_estimated=came > 30, people=came + 2 * (sessions - 1),
        )  # fmt: skip


def hold(session: Session, room: Room, *, past: bool) -> None:
    """Write a room's activities since it was opened, and with `past` the year 2019 as well."""
    known, dice = catalogue.of(session, room.place.edition_id), Random(f"{room.place.code} activities")
    if len(known.months) < MONTHS or not known.forms:
        leave_out(session, room.place.edition_id, _("活动的主题和形式").render())
        return
    staff = session.scalars(select(StaffMember.id).where(StaffMember.left_on.is_(None)).order_by(StaffMember.number))
    diary = Diary(room, known, [str(one) for one in staff], dice)
    rows = list(_recent(diary))
    years = {room.today.year, *(row["held_on"].year for row in rows)}
    if past:
        rows += _past(diary)
        years.add(PAST)
    write(session, Activity, rows)
    write(session, ActivityPlan, [_plan(room, year, *one) for year in sorted(years) for one in known.months.items()])
    write(session, ActivityEffect, [_effect(room, row["id"]) for row in rows if past and row["theme"] == "exam_relief"])


def count_past(session: Session, place: Place) -> None:
    """Count the months of 2019."""
    for month in range(1, 13):
        facts.recompute(session, place.id, date(PAST, month, 1), workload.counts)


def report(databases: Databases, actor: Actor) -> None:
    """Enter what 55 centres came to, once."""
    with databases.session(Login.OVERSIGHT) as session:
        if not totals.within(session, actor, DONGGUAN):
            totals.add(session, actor, DONGGUAN, TOTAL)


def _recent(diary: Diary) -> Iterator[dict[str, Any]]:
    room, month = diary.room, clock.month(diary.room.opened_on)
    while month <= clock.month(room.today):
        themed = diary.themed(month)
        if room.exemplary or diary.dice.random() < room.care:
            yield themed
        if (other := diary.beside(month)) and other["title"] != themed["title"]:
            yield other
        month = clock.months_on(month, 1)


def _past(diary: Diary) -> list[dict[str, Any]]:
    rows = []
    for month, (sessions, people) in enumerate(OUT, start=1):
        theme = diary.known.months[month]
        venue, form = THEMED[theme]
        rows.append(
            diary.row(
                date(PAST, month, 15), diary.known.themes[theme]["zh"], theme=theme, venue=venue, form=form,
                sessions=sessions, people=people, people_estimated=True,
                flowers=["party_flower" if form == "party_class" else "happiness_flower"],
            )
        )  # fmt: skip
    for month, form, sessions, people in INSIDE:
        title = diary.known.forms[form]["zh"]
        about = {"direction": "in", "form": form, "sessions": sessions, "people": people}
        rows.append(diary.row(date(PAST, month, 20), title, **about))
    return rows


def _plan(room: Room, year: int, month: int, theme: str) -> dict[str, Any]:
    about = {"tenant_id": room.place.id, "id": uuid7(), "year": year, "month": month}
    return {**about, "theme": theme, "title": None, "note": None, "version": 1}


def _effect(room: Room, activity_id: UUID) -> dict[str, Any]:
    return {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "activity_id": activity_id,
        "question": words.TENSION,
        "better": "lower",
        "people_before": 42,
        "people_after": 40,
        "mean_before": 6.8,
        "mean_after": 4.9,
        "recorded_by": room.second.account_id,
        "recorded_at": room.at(room.today, 9),
    }
