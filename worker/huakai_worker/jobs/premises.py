"""What a new day and a change mean for what a room has."""

from datetime import date

from huakai_platform.oversight import functions as places
from huakai_tenants.equipment import notifications as equipment
from huakai_tenants.premises import functions
from huakai_tenants.wall_documents import notifications as wall_documents
from huakai_worker import rooms
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Look after an open site's function rooms, which another site may have had first."""
    if rooms.is_open(work):
        _compare(work)


def equipment_of_the_day(work: Work, *, day: str) -> None:
    """Tell the heads of an open site which checks are due and which warranty ends."""
    if rooms.is_open(work):
        equipment.of_the_day(work.session, date.fromisoformat(day))


def wall_documents_of_the_day(work: Work, *, day: str) -> None:
    """Tell the heads of an open site which photographs are old."""
    if rooms.is_open(work):
        wall_documents.of_the_day(work.session, date.fromisoformat(day))


def numbers_changed(work: Work, *, month: str) -> None:
    """Say upward which function rooms the site has now, and mark those that another site had first."""
    _compare(work)


def _compare(work: Work) -> None:
    places.record(work.session, work.tenant_id, functions.held(work.session))
    functions.contest(work.session, places.twins(work.session, work.tenant_id))
