"""Everything that can be measured of a room by its own rows, for the score of any day, in a fixed number of statements.

What the room does not record yet (the wall, equipment, activities, cases …) is said to be missing and never guessed.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.standards.measured import Measured, Measures, Signals
from huakai_platform.standards.pinned import Pinned, pinned
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun, OpenPoint
from huakai_tenants.measures import daily, learning, people, premises
from huakai_tenants.measures.room import Window, window
from huakai_tenants.training import coverage

WITHOUT_REGISTER = ("equipment_share", "wall_share")
"""The checklists ask of these whether all is well, but no register says how many there are."""


def measure(session: Session, day: date) -> Measures:
    """Reads the room that the session has entered, under any login that may read it."""
    room = pinned(session)
    span, members = window(room, day), people.present(session, day)
    months = people.background_months(session, room)
    unchecked = sum(not people.checked(one, day, months) for one in members)
    found = (
        *premises.measure(session, room, day),
        *daily.measure(session, span),
        people.posts(session, room, members),
        people.certified(session, room, members, day),
        people.background(session, room, members, day),
        learning.measure(session, room, day),
        *(Measured(metric, missing="no_register") for metric in WITHOUT_REGISTER),
    )
    signals = _signals(session, span, unchecked)
    return Measures(span.since, span.until, {one.metric: one for one in found}, signals)


def of_a_new_room(
    session: Session, edition_id: UUID, tier: str, day: date, members: Sequence[people.Member] = ()
) -> Measures:
    """What `measure` finds in a room that was opened today and has done nothing yet, without reading it.

    `members` are the people who were entered today, with neither a certificate nor a background check.
    """
    room = Pinned(edition_id, tier, day, None)
    found = (
        *premises.nothing_ready(session, room),
        *daily.shares([], {}, Window(day, day)),
        people.posts(session, room, members),
        people.certified(session, room, members, day, held={}),
        people.background(session, room, members, day),
        learning.share(coverage.beginners(session, edition_id, members, day)),
        *(Measured(metric, missing="no_register") for metric in WITHOUT_REGISTER),
    )
    return Measures(day, day, {one.metric: one for one in found}, Signals(0, 0, len(members), None))


def _signals(session: Session, span: Window, unchecked: int) -> Signals:
    """Counts that tell where to look, in one statement."""
    end, tenant_id = clock.end_of(span.until), tenancy.current(session)
    points = select(func.count(OpenPoint.number)).where(
        OpenPoint.tenant_id == tenant_id,
        OpenPoint.due_on < span.until,
        OpenPoint.opened_at < end,
        or_(OpenPoint.closed_at.is_(None), OpenPoint.closed_at >= end),
    )
    overdue = select(func.count(ChecklistRun.code)).where(
        ChecklistRun.tenant_id == tenant_id,
        ChecklistRun.due_on >= span.since,
        ChecklistRun.due_on < span.until,
        or_(ChecklistRun.completed_at.is_(None), ChecklistRun.completed_at >= end),
    )
    last = select(func.max(ChecklistAnswer.answered_at)).where(
        ChecklistAnswer.tenant_id == tenant_id, ChecklistAnswer.answered_at < end
    )
    row = session.execute(
        select(
            points.scalar_subquery().label("points"),
            overdue.scalar_subquery().label("overdue"),
            last.scalar_subquery().label("last"),
        )
    ).one()
    quiet = (span.until - row.last.astimezone(clock.CHINA).date()).days if row.last else None
    return Signals(row.points, row.overdue, unchecked, quiet)
