"""The room against everything that its edition asks of its tier today, in a fixed number of statements.

People appear as a requirement that all of them meet or not: neither a name nor a number leaves the room.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
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
from huakai_tenants.training import coverage
from huakai_tenants.variations import allowed, applying
from huakai_tenants.wall_documents import service as wall_documents

REGULAR_FOR, REGULAR = timedelta(days=90), Decimal("0.8")
"""The share of a checklist's runs of so many days that must have been completed."""


def look(session: Session, day: date) -> tuple[Requirement, ...]:
    """Every requirement, kept or not."""
    room = pinned(session)
    spaces = session.execute(select(Space.code, Space.area, Space.state)).all()
    kinds = plan.held(session)
    return (
        *_spaces(session, room, spaces),
        *_area(session, room, spaces),
        *_people(session, room, day),
        *_checklists(session, room, day),
        *_equipment(required.standings(session, kinds, day) if kinds else ()),
        *_wall(wall_documents.standings(session, day)),
        *_opening(session, room, _opened(session, room)),
        *_variations(session, room),
    )


def of_a_new_room(
    session: Session, room: Pinned, day: date, members: Sequence[people.Member], weekly_hours: Decimal | None
) -> tuple[Requirement, ...]:
    """What `look` finds in a room that was opened today and has done nothing yet, without reading it.

    `members` are the people who were entered today, with neither a certificate nor a background check.
    """
    kinds = plan.of(standards.body(session, room.edition_id, "equipment"), room.tier)
    trained = learning.share(coverage.beginners(session, room.edition_id, members, day))
    return (
        *(Requirement("space", one.code, wrong="planned") for one in _asked_spaces(session, room, set())),
        *_area(session, room, ()),
        *_staff(session, room, members, people.certified(session, room, members, day, held={}), trained, day),
        *(Requirement("checklist", code) for code in schedule.definitions(session, room)),
        *_equipment(required.stood(kinds, ())),
        *_wall(wall_documents.unseen(session, room, day)),
        *_opening(session, room, weekly_hours if allowed.least_opening(session, room)[1] == "hours" else None),
    )


def _spaces(session: Session, room: Pinned, rows: Sequence[Any]) -> Iterator[Requirement]:
    here = {row.code: row for row in rows}
    for one in _asked_spaces(session, room, set(here)):
        yield Requirement("space", one.code, wrong=_of_space(one, here.get(one.code)))


def _asked_spaces(session: Session, room: Pinned, present: AbstractSet[str]) -> list[Prescribed]:
    return required_spaces(session, room.edition_id, room.tier, present)


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
    certified = people.certified(session, room, members, day)
    yield from _staff(session, room, members, certified, learning.measure(session, room, day), day)


def _staff(
    session: Session,
    room: Pinned,
    members: Sequence[people.Member],
    certified: Measured,
    trained: Measured,
    day: date,
) -> Iterator[Requirement]:
    posts = standards.body(session, room.edition_id, "posts")
    core = {post["code"] for post in posts["posts"] if post.get("core")}
    for one in people.posts(session, room, members).evidence:
        post = one.id.partition(".")[0]
        yield Requirement("post", one.id, core=post in core, wrong=None if one.met else "vacant")
    cores = {rule["code"] for rule in posts["rules"] if rule.get("core")}
    yield from _all("certificate", certified, core=True)
    yield from _all("background", people.background(session, room, members, day), core="background" in cores)
    yield from _all("training", trained)


def _all(kind: str, measured: Measured, *, core: bool = False) -> Iterator[Requirement]:
    """One requirement that everybody concerned meets; none where nobody is concerned."""
    if measured.missing is None:
        short = measured.met != measured.of
        yield Requirement(kind, "everybody", core=core, wrong="incomplete" if short else None)


def _checklists(session: Session, room: Pinned, day: date) -> Iterator[Requirement]:
    """Of each checklist that falls due again and again the run that was due last, and how regular the others were."""
    rows = session.execute(
        select(
            ChecklistRun.code,
            func.count().label("due"),
            func.count(ChecklistRun.completed_at).label("done"),
            func.max(ChecklistRun.due_on).label("last"),
            func.max(ChecklistRun.due_on).filter(ChecklistRun.completed_at.is_not(None)).label("last_done"),
        )
        .where(ChecklistRun.due_on < day, ChecklistRun.due_on >= day - REGULAR_FOR)
        .group_by(ChecklistRun.code)
    )
    found = {row.code: _run_so(row) for row in rows}
    for code in schedule.definitions(session, room):
        yield Requirement("checklist", code, wrong=found.get(code))


def _run_so(row: Any) -> str | None:
    if row.last_done != row.last:
        return "overdue"
    return "irregular" if row.done < REGULAR * row.due else None


def _equipment(standings: Iterable[required.Standing]) -> Iterator[Requirement]:
    for one in standings:
        wrong = None if one.state == "complete" else one.state
        yield Requirement("equipment", one.kind.code, core=one.kind.core, wrong=wrong)


def _wall(hung: Iterable[wall_documents.Hung]) -> Iterator[Requirement]:
    for one in hung:
        wrong = {"missing": "no_photo", "outdated": "outdated"}.get(one.state)
        yield Requirement("wall_document", one.code, core=one.core, wrong=wrong)


def _opened(session: Session, room: Pinned) -> Decimal | None:
    """The hours that the room has set, else the weekly hours that it was registered with."""
    _least, counted = allowed.least_opening(session, room)
    if (days := applying.opening(session)) is not None:
        return applying.length(days, counted)
    if counted != "hours":
        return None
    return session.scalar(select(Site.weekly_hours).where(Site.id == tenancy.current(session)))


def _opening(session: Session, room: Pinned, known: Decimal | None) -> Iterator[Requirement]:
    least, _counted = allowed.least_opening(session, room)
    wrong = "unrecorded" if known is None else "below" if known < least else None
    yield Requirement("opening", "week", wrong=wrong)


def _variations(session: Session, room: Pinned) -> Iterator[Requirement]:
    """What the edition allows is no departure; what it does not know any more is."""
    rows = allowed.in_force(session)
    lost = allowed.lost(session, room, rows) if rows else []
    for one in rows:
        wrong = "lost" if one in lost else None
        yield Requirement("variation", f"{one.kind}/{one.spot}", wrong=wrong, allowed=wrong is None)
