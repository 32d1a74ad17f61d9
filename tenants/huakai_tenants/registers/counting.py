"""What a room's registers count in a month, and what has been kept long enough."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.registers import definitions, entries, metrics
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.standards.pinned import find
from huakai_tenants.registers import entry_stores
from huakai_tenants.registers.models import RegisterEntry, SealedEntry


def counts(session: Session, month: date) -> dict[str, int]:
    """Every metric of the registers that have entries in a month, in whole numbers, cut off after the point.

    A sealed register is not opened for it: only its entries are counted. Names are `reg_<register>_<metric>`.
    """
    if (room := find(session)) is None:
        return {}
    last = clock.months_on(month, 1) - timedelta(days=1)
    open_store, sealed = EntryStore(RegisterEntry), EntryStore(SealedEntry)
    kept = definitions.every(session, room.edition_id, definitions.SITE, room.tier)
    reviewed = [code for code, one in kept.items() if one.reviewed]
    many = metrics.counts(session, {"open": open_store, "sealed": sealed}, month, last, reviewed)
    found: dict[str, int] = {}
    for one in kept.values():
        if one.code in many and one.sealed:
            found |= {one.metric_name(metric): many[one.code] for metric in one.metrics if _plain(metric)}
        elif one.code in many:
            sums = metrics.sums(session, open_store, one, month, last)
            found |= {one.metric_name(metric): int(sums[metric.code]) for metric in one.metrics}
    return found


def forget(session: Session, today: date) -> int:
    """Delete the room's entries whose time is over; how many those were."""
    if (room := find(session)) is None:
        return 0
    gone = 0
    for one in definitions.every(session, room.edition_id, definitions.SITE).values():
        if many := entries.forget(session, entry_stores.entry_store(session, one, None), one, today):
            audit.record(session, None, "registers.forgotten", "register", one.code, count=many)
            gone += many
    return gone


def _plain(metric: definitions.Metric) -> bool:
    """Whether it only counts entries, which a sealed register tells without being opened."""
    return metric.counting == "entries" and metric.where_item is None
