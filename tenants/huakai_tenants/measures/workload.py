"""The numbers of a month that count work and things, not people."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_tenants.activities import counting as activities
from huakai_tenants.checklists import counting as checklists
from huakai_tenants.equipment import required as equipment
from huakai_tenants.premises import standing as premises
from huakai_tenants.registers import counting as registers
from huakai_tenants.wall_documents import service as wall


def counts(session: Session, month: date) -> dict[str, int]:
    """Every workload metric of the session's room in a month; the names are those of `oversight.metrics`."""
    day = min(clock.months_on(month, 1) - timedelta(days=1), clock.today())
    done = checklists.counts(session, month) | checklists.points(session, month) | activities.counts(session, month)
    done |= registers.counts(session, month)
    return done | premises.counts(session, day) | equipment.counts(session, day) | wall.counts(session, day)
