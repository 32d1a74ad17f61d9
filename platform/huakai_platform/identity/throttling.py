"""Guessing is slowed down by account, by address block and by tenant, in PostgreSQL, and never for good."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Throttle
from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import TooMany
from huakai_platform.kernel.i18n import _

QUIET = timedelta(minutes=15)
"""So long after its first attempt, or after its last wait, a count starts anew."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, order=True)
class Brake:
    """One count: from `limit` attempts on, each further one has to wait twice as long, up to fifteen minutes."""

    key: str
    limit: int


def brakes(
    purpose: str, *, account_id: UUID | None, identifier: str, address: str, site_ids: Iterable[UUID] = ()
) -> list[Brake]:
    """The counts that an attempt is charged to; names that nobody has are counted like those somebody has.

    Without an identifier it is somebody signed in who is asked again: that is counted by account and address alone.
    """
    digest = hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()
    tenants = [str(site_id) for site_id in site_ids] or ([f"none-{digest[0]}"] if identifier else [])
    return sorted(
        [
            Brake(f"{purpose}|account|{account_id or digest}", 5),
            Brake(f"{purpose}|block|{block(address)}", 50),
            *(Brake(f"{purpose}|tenant|{tenant}", 100) for tenant in tenants[:3]),
        ]
    )


def block(address: str) -> str:
    """The neighbourhood of an address: /24, or /48 for IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if ip.version == 6 and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def charge(session: Session, brakes: list[Brake]) -> None:
    """Count an attempt before it is judged, so that many at once gain nothing. Raises TooMany while one is blocked."""
    now = clock.now()
    statement = insert(Throttle).values(
        [{"key": brake.key, "failures": 1, "since": now, "blocked_until": None} for brake in brakes]
    )
    stale = func.coalesce(Throttle.blocked_until, Throttle.since) < now - QUIET
    rows = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "failures": case((stale, 1), else_=Throttle.failures + 1),
                "since": case((stale, statement.excluded.since), else_=Throttle.since),
                "blocked_until": case((~stale, Throttle.blocked_until)),
            },
            where=or_(Throttle.blocked_until.is_(None), Throttle.blocked_until <= statement.excluded.since),
        ).returning(Throttle.key, Throttle.failures)
    ).all()
    if len(rows) < len(brakes):
        raise TooMany(_("尝试次数过多，请稍后再试。"), _longest_wait(session, brakes, now))
    counts = {row.key: row.failures for row in rows}
    for brake in brakes:
        if (over := counts[brake.key] - brake.limit) >= 0:
            until = now + min(SHORTEST * 2 ** min(over, 10), LONGEST)
            session.execute(update(Throttle).where(Throttle.key == brake.key).values(blocked_until=until))


def forgive(session: Session, brakes: list[Brake]) -> None:
    """The attempt was right: the account's count is gone, the others take it back."""
    keys = [brake.key for brake in brakes]
    session.execute(delete(Throttle).where(Throttle.key.in_(key for key in keys if "|account|" in key)))
    session.execute(
        update(Throttle)
        .where(Throttle.key.in_(keys), Throttle.failures > 0)
        .values(failures=Throttle.failures - 1, blocked_until=None)
    )


def shared(brakes: list[Brake]) -> list[Brake]:
    """Those that one account does not fill alone; its own stays where doing it right tells as much as failing."""
    return [brake for brake in brakes if "|account|" not in brake.key]


def _longest_wait(session: Session, brakes: list[Brake], now: datetime) -> int:
    until = session.scalar(
        select(func.max(Throttle.blocked_until)).where(Throttle.key.in_([brake.key for brake in brakes]))
    )
    return max(1, int((until - now).total_seconds()) + 1) if until else 60
