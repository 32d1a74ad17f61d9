"""The room against everything that its edition asks of its tier today, in a fixed number of statements.

People appear as a requirement that all of them meet or not: neither a name nor a number leaves the room.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service as standards
from huakai_platform.standards.measured import Measured, Requirement
from huakai_platform.standards.pinned import Pinned, pinned
from huakai_tenants.checklists import schedule
from huakai_tenants.checklists.models import ChecklistRun
from huakai_tenants.equipment import plan, required
from huakai_tenants.measures import learning, people
from huakai_tenants.premises.models import Space
from huakai_tenants.premises.template import Prescribed
from huakai_tenants.premises.template import required as required_spaces
from huakai_tenants.variations import allowed, applying
from huakai_tenants.wall_documents import service as wall_documents


def look(session: Session, day: date) -> tuple[Requirement, ...]:
    """Every requirement, kept or not."""
    room = pinned(session)
    spaces = session.execute(select(Space.code, Space.area, Space.state)).all()
    return (
        *_spaces(session, room, spaces),
        *_area(session, room, spaces),
        *_people(session, room, day),
        *_checklists(session, room, day),
        *_equipment(session, day),
        *_wall(session, day),
        *_opening(session),
        *_variations(session),
    )


def _spaces(session: Session, room: Pinned, rows: Sequence[Any]) -> Iterator[Requirement]:
    here = {row.code: row for row in rows}
    for one in required_spaces(session, room.edition_id, room.tier, set(here)):
        yield Requirement("space", one.code, wrong=_of_space(one, here.get(one.code)))


def _of_space(asked: Prescribed, row: Any) -> str | None:
    if row is None or row.state != "ready":
        return "absent" if row is None else str(row.state)
    return "too_small" if asked.at_least and (row.area or 0) < asked.at_least else None


def _area(session: Session, room: Pinned, rows: Sequence[Any]) -> Iterator[Requirement]:
    tiers = standards.body(session, room.edition_id, "tiers")["tiers"]
    least = next((one["area"].get("at_least") for one in tiers if one["code"] == room.tier), None)
    if least:
        ready = sum((row.area for row in rows if row.state == "ready" and row.area), Decimal())
        yield Requirement("area", "total", wrong="too_small" if ready < Decimal(str(least)) else None)


def _people(session: Session, room: Pinned, day: date) -> Iterator[Requirement]:
    members = people.present(session, day)
    posts = standards.body(session, room.edition_id, "posts")
    core = {post["code"] for post in posts["posts"] if post.get("core")}
    for one in people.posts(session, room, members).evidence:
        post = one.id.partition(".")[0]
        yield Requirement("post", one.id, core=post in core, wrong=None if one.met else "vacant")
    cores = {rule["code"] for rule in posts["rules"] if rule.get("core")}
    yield from _all("certificate", people.certified(session, room, members, day), core=True)
    yield from _all("background", people.background(session, room, members, day), core="background" in cores)
    yield from _all("training", learning.measure(session, room, day))


def _all(kind: str, measured: Measured, *, core: bool = False) -> Iterator[Requirement]:
    """One requirement that everybody concerned meets; none where nobody is concerned."""
    if measured.missing is None:
        short = measured.met != measured.of
        yield Requirement(kind, "everybody", core=core, wrong="incomplete" if short else None)


def _checklists(session: Session, room: Pinned, day: date) -> Iterator[Requirement]:
    """Of each checklist that falls due again and again the one that was due last before the day."""
    rows = session.execute(
        select(ChecklistRun.code, ChecklistRun.completed_at)
        .ext(distinct_on(ChecklistRun.code))
        .where(ChecklistRun.due_on < day)
        .order_by(ChecklistRun.code, ChecklistRun.due_on.desc())
    )
    done = {row.code: row.completed_at is not None for row in rows}
    for code in schedule.definitions(session, room):
        yield Requirement("checklist", code, wrong=None if done.get(code, True) else "overdue")


def _equipment(session: Session, day: date) -> Iterator[Requirement]:
    held = plan.held(session)
    for one in required.standings(session, held, day) if held else ():
        wrong = None if one.state == "complete" else one.state
        yield Requirement("equipment", one.kind.code, core=one.kind.core, wrong=wrong)


def _wall(session: Session, day: date) -> Iterator[Requirement]:
    for one in wall_documents.standings(session, day):
        wrong = {"missing": "no_photo", "outdated": "outdated"}.get(one.state)
        yield Requirement("wall_document", one.code, core=one.core, wrong=wrong)


def _opening(session: Session) -> Iterator[Requirement]:
    """The hours that the room has set, else the weekly hours that it was registered with."""
    least, counted = allowed.least_opening(session)
    days = applying.opening(session)
    known = applying.length(days, counted) if days is not None else None
    if known is None and counted == "hours":
        known = session.scalar(select(Site.weekly_hours).where(Site.id == tenancy.current(session)))
    wrong = "unrecorded" if known is None else "below" if known < least else None
    yield Requirement("opening", "week", wrong=wrong)


def _variations(session: Session) -> Iterator[Requirement]:
    for one in allowed.in_force(session):
        yield Requirement("variation", f"{one.kind}/{one.spot}", allowed=True)
