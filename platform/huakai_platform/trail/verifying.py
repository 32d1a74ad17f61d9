"""A chain followed link by link in bounded memory, up to the first link that is broken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.audit import FIRST, AuditEntry, AuditHead
from huakai_platform.kernel.db import table
from huakai_platform.trail.models import ReportedHead

FETCH = 1_000
RESTORED = "tenant.restored"
"""The deed of a restore: what was written after its backup may be lost with reason."""
_ENTRY, _HEAD = table(AuditEntry), table(AuditHead)


class Fault(StrEnum):
    """What is wrong with a link."""

    CHANGED = "changed"
    """The entry says something else than when it was written."""
    REMOVED = "removed"
    """The entry is not there, though later ones are."""
    REORDERED = "reordered"
    """Another entry was put into its place."""
    REPLACED = "replaced"
    """The entry was written anew: what follows was made for another one."""
    CUT = "cut"
    """The chain ends before an entry that is known to have been."""
    REWRITTEN = "rewritten"
    """The chain is whole in itself, but not the one that was reported."""


@dataclass(frozen=True)
class Anchor:
    """A head as it was known at some time: by the chain's own end, a daily report, or a signed copy outside."""

    seq: int
    hash: bytes
    day: date | None = None


@dataclass(frozen=True)
class Broken:
    """The first broken link; `day` is that of the report which proves it, `restored` the entry of a restore after."""

    seq: int
    fault: Fault
    day: date | None = None
    restored: int | None = None


@dataclass(frozen=True)
class Verdict:
    """How far the chain was followed, from which entry on, and what broke it."""

    entries: int
    first: int
    last: int
    anchors: int
    broken: Broken | None = None


def verify(session: Session, anchors: Iterable[Anchor] = (), *, most: int | None = None) -> Verdict:
    """Follow the chain of the session's tenant against its end, the daily reports and `anchors` from outside.

    With `most` only the last entries are followed. What is written meanwhile is left out.
    """
    reported = session.execute(
        select(ReportedHead.seq, ReportedHead.hash, ReportedHead.day)
        .where(ReportedHead.tenant_id == tenancy.current(session))
        .order_by(ReportedHead.seq)
    ).all()
    head = session.execute(
        select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.tenant_id == tenancy.current(session))
    ).one_or_none()
    known = [*anchors, *(Anchor(*row) for row in reported), *([Anchor(head.seq, head.hash)] if head else [])]
    last = head.seq if head else 0
    first = max(1, last - most + 1) if most else 1
    return follow(entries(session, first, last), known, first=first)


def follow(rows: Iterable[Any], anchors: Iterable[Anchor], *, first: int = 1) -> Verdict:
    """Follow entries in the order of `seq`, the earliest being the one numbered `first`."""
    waiting = sorted((one for one in anchors if one.seq >= first), key=lambda one: (one.seq, one.day is None))
    count, previous, followed, restored = len(waiting), FIRST if first == 1 else None, 0, None
    for entry in rows:
        expected = first + followed
        fault = _fault(entry, expected, previous)
        if fault:
            at = expected if fault is not Fault.REPLACED else expected - 1
            return Verdict(followed, first, expected - 1, count, Broken(at, fault))
        restored = expected if entry.deed == RESTORED else restored
        while waiting and waiting[0].seq == expected:
            if waiting[0].hash != entry.hash:
                broken = Broken(expected, Fault.REWRITTEN, waiting[0].day, restored)
                return Verdict(followed, first, expected - 1, count, broken)
            waiting.pop(0)
        previous, followed = entry.hash, followed + 1
    last = first + followed - 1
    if waiting:
        return Verdict(followed, first, last, count, Broken(last + 1, Fault.CUT, waiting[0].day, restored))
    return Verdict(followed, first, last, count)


def _fault(entry: Any, expected: int, previous: bytes | None) -> Fault | None:
    if entry.seq != expected:
        return Fault.REMOVED
    whole = audit.digest(entry._mapping, entry.previous) == entry.hash
    tied = previous is None or entry.previous == previous
    if whole and tied:
        return None
    if tied:
        return Fault.CHANGED
    return Fault.REPLACED if whole else Fault.REORDERED


def entries(session: Session, first: int, last: int) -> Iterator[Any]:
    """The rows one batch after another by key, so that neither a long cursor nor the whole chain is held."""
    after = first - 1
    columns = [_ENTRY.c[name] for name in (*audit.SEALED, "previous", "hash")]
    mine = _ENTRY.c.tenant_id == tenancy.current(session)
    while rows := session.execute(
        select(*columns).where(mine, _ENTRY.c.seq > after, _ENTRY.c.seq <= last).order_by(_ENTRY.c.seq).limit(FETCH)
    ).all():
        yield from rows
        after = rows[-1].seq
