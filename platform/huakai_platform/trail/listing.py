"""The trail as it is read: filtered, searched, one page after another by key."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import search, tenancy
from huakai_platform.kernel.audit import AuditEntry, AuditHead
from huakai_platform.kernel.clock import CHINA
from huakai_platform.trail.deeds import DEEDS

PAGE = 50
MOST = 20_000
Line = Row[*tuple[Any, ...]]


def lines(session: Session, asked: Mapping[str, Any], most: int = PAGE) -> Sequence[Line]:
    """Entries that fit, the latest first: one more than `most` when there are earlier ones still."""
    query = wanted(session, asked).order_by(AuditEntry.seq.desc()).limit(most + 1)
    if before := asked.get("before"):
        query = query.where(AuditEntry.seq < before)
    return session.execute(query).all()


def length(session: Session) -> int:
    """How many entries the chain has, by its own end."""
    mine = AuditHead.tenant_id == tenancy.current(session)
    return session.scalar(select(AuditHead.seq).where(mine)) or 0


def wanted(session: Session, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The entries that fit, in no order."""
    entry = AuditEntry
    columns = (entry.seq, entry.at, entry.actor, entry.actor_name, entry.role, entry.deed, entry.object_kind)
    filters: list[ColumnElement[bool]] = [entry.tenant_id == tenancy.current(session)]
    for name, column in (("deed", entry.deed), ("kind", entry.object_kind), ("object", entry.object)):
        if value := asked.get(name):
            filters.append(column == value)
    if actor := asked.get("actor"):
        filters.append(entry.actor == actor)
    if since := asked.get("since"):
        filters.append(entry.at >= _begin(since))
    if until := asked.get("until"):
        filters.append(entry.at < _begin(until + timedelta(days=1)))
    if words := asked.get("q"):
        filters.append(_fits(words))
    return select(*columns, entry.object, entry.detail, entry.hash).where(*filters)


def _fits(words: str) -> ColumnElement[bool]:
    """A part of the actor's name, of what a deed is called in either language, or the whole of an object or code."""
    called = [
        deed for deed, message in DEEDS.items() if words in str(message) or words in message.render() or words in deed
    ]
    return or_(
        search.says(AuditEntry.actor_name, words),
        AuditEntry.object == words,
        AuditEntry.deed.in_(called),
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
