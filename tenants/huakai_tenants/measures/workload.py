"""The numbers of a month that count work and things, not people."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards.pinned import Pinned, find
from huakai_tenants.activities import counting as activities
from huakai_tenants.checklists import counting as checklists
from huakai_tenants.equipment import required as equipment
from huakai_tenants.premises import standing as premises
from huakai_tenants.registers import counting as registers
from huakai_tenants.wall_documents import service as wall


def counts(session: Session, month: date) -> dict[str, int]:
    """Every workload metric of the session's room in a month; the names are those of `oversight.metrics`.

    A room that does not work has only what it ran before.
    """
    done = checklists.counts(session, month) | checklists.points(session, month)
    room = find(session)
    if room is None or not room.works:
        return done
    day = min(clock.months_on(month, 1) - timedelta(days=1), clock.today())
    done |= activities.counts(session, month) | registers.counts(session, month)
    return done | premises.counts(session, day) | equipment.counts(session, day) | wall.counts(session, day)


def of_a_new_room(session: Session, month: date, *, room: Pinned) -> dict[str, int]:
    """What `counts` finds in a room that was opened today, reading only the checklists that were begun."""
    hung = wall.unseen(session, room, clock.today())
    done = checklists.counts(session, month) | {"points_open": 0, "points_overdue": 0}
    return done | premises.first(session, room) | equipment.first(session, room) | wall.counted(hung)
