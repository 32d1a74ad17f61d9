"""Creating the sites of a register, all in a few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Table, Uuid, any_, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import codes, grams
from huakai_platform.onboarding.lookups import DatabaseLookups
from huakai_platform.onboarding.models import RegisterImport, SiteEvent, SiteIntake
from huakai_platform.onboarding.register import RegisterRow, State, Verdict
from huakai_platform.onboarding.scope import institution_of

ImportRow = tuple[RegisterRow, Verdict]
SITE: Table = Site.__table__  # type: ignore[assignment]


def create_sites(
    session: Session, actor: Actor, source: RegisterImport, rows: Sequence[ImportRow], lookups: DatabaseLookups
) -> dict[int, UUID]:
    """Create an approved site for each new row, with their people and first event; row number → site.

    A row whose site somebody else has created meanwhile is passed over.
    """
    new = [(row, verdict) for row, verdict in rows if verdict.state is State.NEW and verdict.township_code]
    if not new:
        return {}
    now = clock.now()
    townships = [verdict.township_code or "" for _row, verdict in new]
    numbers = codes.allot(session, institution_of(actor), [lookups.county_of(code) for code in townships])
    values = [
        site_of(row, verdict, code, lookups) | {"institution_id": institution_of(actor), "created_at": now}
        for (row, verdict), code in zip(new, numbers, strict=True)
    ]
    written = _insert(session, values)
    made = [
        (row, verdict, value["id"]) for (row, verdict), value in zip(new, values, strict=True) if value["id"] in written
    ]
    _tell(session, actor, source, made, now)
    return {row.number: site_id for row, _verdict, site_id in made}


def _insert(session: Session, values: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """One prepared statement for all rows; which of them were written is read afterwards, by their ids."""
    statement = upsert(SITE).on_conflict_do_nothing(constraint="site_institution_id_natural_key_key")
    session.execute(statement, values)
    ids = [value["id"] for value in values]
    return set(session.execute(select(SITE.c.id).where(SITE.c.id == any_(literal(ids, ARRAY(Uuid()))))).scalars())


def _tell(
    session: Session,
    actor: Actor,
    source: RegisterImport,
    made: Sequence[tuple[RegisterRow, Verdict, UUID]],
    now: datetime,
) -> None:
    people = [{"site_id": site_id, "people": found} for row, _verdict, site_id in made if (found := people_of(row))]
    if people:
        session.execute(insert(table(SiteIntake)), people)
    if made:
        session.execute(insert(table(SiteEvent)), [_event(actor, source, *one) | {"at": now} for one in made])


def site_of(row: RegisterRow, verdict: Verdict, code: str, lookups: DatabaseLookups) -> dict[str, Any]:
    township = verdict.township_code or ""
    return {
        "id": uuid7(),
        "code": code,
        "natural_key": verdict.site_key,
        "name": row.name,
        "kind": row.kind,
        "tier": row.tier,
        "region_code": township,
        "place_code": row.region_code,
        "community": row.community or None,
        "ancestors": lookups.ancestors[township],
        "grams": grams.of(row.name, code, row.community),
        "address": row.address or None,
        "area": row.area,
        "ownership": row.ownership,
        "host": row.host or None,
        "operator": row.operator or None,
        "weekly_hours": row.weekly_hours,
        "operating_since": row.operating_since,
        "state": SiteState.APPROVED.value,
        "note": row.note or None,
    }


def people_of(row: RegisterRow) -> dict[str, dict[str, str]]:
    posts = {"A": (row.a_name, row.a_phone), "B": (row.b_name, row.b_phone)}
    return {post: {"name": name, "phone": phone} for post, (name, phone) in posts.items() if name or phone}


def _event(actor: Actor, source: RegisterImport, row: RegisterRow, verdict: Verdict, site_id: UUID) -> dict[str, Any]:
    details: dict[str, Any] = {"import": str(source.id), "row": row.number}
    if verdict.reason:
        details |= {"override": verdict.reason, "alike": [twin.name for twin in verdict.duplicates_of]}
    return {
        "id": uuid7(),
        "site_id": site_id,
        "account_id": actor.account_id,
        "from_state": None,
        "to_state": SiteState.APPROVED.value,
        "reason": source.filename,
        "details": details,
    }
