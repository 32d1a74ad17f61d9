"""The numbers of a month that count people. They leave the room only through a protected release."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards.measured import Evidence
from huakai_platform.standards.pinned import find, pinned
from huakai_tenants.measures import people
from huakai_tenants.training import coverage, expiring
from huakai_tenants.training.coverage import State


def counts(session: Session, month: date) -> dict[str, int]:
    """Every person metric of the session's room on the last day of a month, or today while it runs.

    The names are those of `oversight.metrics`. A room without an edition has nobody to count.
    """
    day = min(clock.months_on(month, 1) - timedelta(days=1), clock.today())
    held = find(session)
    if held is None:
        return {}
    covered = coverage.people(session, held.edition_id, day)
    serving = {str(one.member_id) for one in covered}
    counselling = [row.met for row in _certificates(session, day) if row.id in serving]
    ending = {str(one.member_id) for one in expiring.expiring(session, day)}
    return {
        "staff": len(covered),
        "staff_untrained": sum(one.state is not State.COMPLETE for one in covered),
        "staff_unrecorded": sum(one.state is State.NOTHING for one in covered),
        "staff_counselling": len(counselling),
        "staff_certified": sum(counselling),
        "staff_expiring": len(ending & serving),
    }


def _certificates(session: Session, day: date) -> tuple[Evidence, ...]:
    here = pinned(session)
    return people.certified(session, here, people.present(session, day), day).evidence
