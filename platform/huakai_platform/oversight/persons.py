"""A site's counts of people in a month, recomputed inside its own tenant; a month that was released is closed."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.db import table
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight.facts import AFTERTHOUGHTS
from huakai_platform.oversight.metrics import Nature, checked
from huakai_platform.oversight.models import FigureRelease, PersonFact

Counts = Callable[[Session, date], Mapping[str, int]]

_SITE, _FACT, _RELEASE = table(Site), table(PersonFact), table(FigureRelease)
_CLOSED = select(exists().where(_RELEASE.c.month == bindparam("of_month")))
_REGION = select(_SITE.c.region_code).where(_SITE.c.id == bindparam("of_site"))
_FIRST = insert(_FACT)
_HOLD = _FIRST.on_conflict_do_update(
    index_elements=["tenant_id", "month"], set_={"computed_at": _FIRST.excluded.computed_at}
).returning(_FACT.c.region_code, _FACT.c.metrics)
_WRITE = update(_FACT).where(_FACT.c.tenant_id == bindparam("of_site"), _FACT.c.month == bindparam("of_month"))


def recompute(session: Session, site_id: UUID, month: date, counts: Counts) -> None:
    """Count the people of a site in a month, unless it is closed; one that is over keeps where the site lay then."""
    if session.scalar(_CLOSED, {"of_month": month}):
        return
    region = session.scalar(_REGION, {"of_site": site_id})
    now = clock.now()
    row: dict[str, object] = {
        "tenant_id": site_id,
        "month": month,
        "region_code": region,
        "metrics": {},
        "computed_at": now,
    }
    before = session.execute(_HOLD, row).one()
    if month < clock.month(clock.today()) and before.metrics:
        region = before.region_code
    numbers = checked(counts(session, month), Nature.PERSON)
    about = {"region_code": region, "metrics": numbers, "computed_at": now}
    session.execute(_WRITE, {"of_site": site_id, "of_month": month, **about})


def refresh(session: Session, site_id: UUID, day: date, counts: Counts) -> None:
    """Count the month of a day, and in its first days the month before, when the site was counted then."""
    month = clock.month(day)
    recompute(session, site_id, month, counts)
    last = clock.months_on(month, -1)
    known = select(PersonFact.month).where(PersonFact.tenant_id == site_id, PersonFact.month == last)
    if day.day <= AFTERTHOUGHTS and session.scalar(known):
        recompute(session, site_id, last, counts)
