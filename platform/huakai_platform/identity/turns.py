"""Two who want the same post, number, address or name at once wait in line; the second sees what the first did."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from huakai_platform.kernel.sites import Site

_WAIT = select(func.pg_advisory_xact_lock(func.unnest(bindparam("keys", type_=ARRAY(BigInteger)))))


def take(session: Session, things: Iterable[tuple[str, object]]) -> None:
    """Hold (kind, value) pairs until the transaction ends; all at once and in one order, so that nobody blocks."""
    session.execute(_WAIT, {"keys": sorted({_key(*thing) for thing in things})})


def hold_site(session: Session, site_id: UUID) -> None:
    """Wait until no opening or move of the site is under way; taken before any turn, as openings do."""
    session.execute(select(Site.id).where(Site.id == site_id).with_for_update(read=True, key_share=True))


def _key(kind: str, value: object) -> int:
    said = value.hex() if isinstance(value, bytes) else str(value)
    return int.from_bytes(hashlib.sha256(f"identity|{kind}|{said}".encode()).digest()[:8], signed=True)
