"""One activity that a room and its centre have both entered is counted once: the centre's record counts."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.sites import Site, SiteKind
from huakai_tenants.activities import service
from huakai_tenants.activities.models import Activity


def shared(session: Session, activity_id: UUID) -> Activity | None:
    """An activity that was held, counts here, and belongs to another site as well."""
    counts = Activity.state == "held", Activity.counted.is_(True), Activity.reported_with.is_not(None)
    return session.scalar(select(Activity).where(Activity.id == activity_id, *counts))


def named(session: Session, other: UUID, on: date) -> Sequence[Activity]:
    """What this site held with the other on a day and counts itself."""
    return session.scalars(
        select(Activity).where(
            Activity.held_on == on,
            Activity.reported_with == other,
            Activity.state == "held",
            Activity.counted.is_(True),
        )
    ).all()


def twin(row: Activity, mine: Sequence[Activity], theirs: Sequence[Activity]) -> Activity | None:
    """The same activity as the other site has it: the only one where both have one, else the one of that title."""
    if len(mine) == len(theirs) == 1:
        return theirs[0]
    return next((one for one in theirs if one.title == row.title), None)


def counts_first(session: Session, one: UUID, other: UUID) -> UUID:
    """Which of two sites counts what both have entered: the centre; of two of a kind always the same."""
    rows = session.execute(select(Site.id, Site.kind).where(Site.id.in_([one, other])))
    kinds = {row.id: row.kind for row in rows}
    return min((one, other), key=lambda site: (kinds.get(site) != SiteKind.CENTER, str(site)))


def yield_to_the_other(session: Session, activity_id: UUID) -> None:
    """Count it at the other site from now on; on record."""
    row = service.get(session, activity_id, lock=True)
    session.refresh(row)
    if not row.counted:
        return
    row.counted = False
    session.flush()
    service.numbers_changed(session, row.held_on)
    audit.record(session, None, "activities.yielded", "activity", row.id, site=str(row.reported_with))


def settle(mine: Session, theirs: Session, activity_id: UUID) -> None:
    """Where both sites count the same activity, let one of them stop; twice is as good as once."""
    row = shared(mine, activity_id)
    if row is None:
        return
    here, there = tenancy.current(mine), tenancy.current(theirs)
    other = twin(row, named(mine, there, row.held_on), named(theirs, here, row.held_on))
    if other is None:
        return
    if counts_first(mine, here, there) == here:
        yield_to_the_other(theirs, other.id)
    else:
        yield_to_the_other(mine, row.id)
