"""The numbers of a month that count work, not people."""

from datetime import date

from sqlalchemy.orm import Session

from huakai_tenants.activities import counting as activities
from huakai_tenants.checklists import counting as checklists


def counts(session: Session, month: date) -> dict[str, int]:
    """Every workload metric of the session's room in a month; the names are those of `oversight.metrics`."""
    return checklists.counts(session, month) | checklists.points(session, month) | activities.counts(session, month)
