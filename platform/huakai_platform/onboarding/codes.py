"""The readable number of a site: HK, its county, and a running number there."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import any_

from huakai_platform.kernel.sites import Site


def lock_numbering(session: Session, institution_id: UUID) -> None:
    """Lock the numbering of an institution's sites until commit."""
    key = func.hashtextextended(f"sites of {institution_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def allot(session: Session, institution_id: UUID, counties: Sequence[str]) -> list[str]:
    """The next numbers for sites in these counties, in order: HK-410311-0001 for one in 410311000000."""
    lock_numbering(session, institution_id)
    prefixes = [f"HK-{county[:6]}-" for county in counties]
    last = Counter(_last(session, institution_id, sorted(set(prefixes))))
    codes = []
    for prefix in prefixes:
        last[prefix] += 1
        codes.append(f"{prefix}{last[prefix]:04}")
    return codes


def _last(session: Session, institution_id: UUID, prefixes: Sequence[str]) -> dict[str, int]:
    prefix = func.left(Site.code, 10)
    number = func.max(cast(func.substr(Site.code, 11), Integer))
    query = (
        select(prefix, number)
        .where(
            Site.institution_id == institution_id,
            prefix == any_(literal(prefixes, ARRAY(TEXT))),
            Site.code.regexp_match(r"^.{10}\d{4,9}$"),
        )
        .group_by(prefix)
    )
    return {row[0]: row[1] for row in session.execute(query)}
