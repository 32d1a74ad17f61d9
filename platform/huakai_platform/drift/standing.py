"""A site's departures, written down inside its own tenant: codes and counts, never persons."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.drift import waivers
from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import clock
from huakai_platform.kernel.db import table
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.oversight import facts
from huakai_platform.standards.measured import Look, Requirement

Finding = dict[str, Any]
_INSERT = upsert(table(DriftStanding))
_KEEP = _INSERT.on_conflict_do_update(
    constraint="drift_standing_pkey",
    set_={one.name: _INSERT.excluded[one.name] for one in table(DriftStanding).columns if one.name != "tenant_id"},
)

_COUNTED = (
    DriftStanding.conforming,
    DriftStanding.allowed,
    DriftStanding.waived,
    DriftStanding.unexplained,
    DriftStanding.core,
)


def recompute(session: Session, site_id: UUID, day: date, look: Look) -> bool:
    """Hold the site that the session has entered against its edition and replace what was known; again changes nothing
    but the time. A site that is not open, or does not operate yet, keeps what it had."""
    site = session.execute(
        select(Site.state, Site.region_code, Site.edition_id).where(Site.id == site_id, Site.operating_since <= day)
    ).one_or_none()
    if site is None or site.state not in WORKING or site.edition_id is None:
        return False
    held = select(DriftStanding.findings, *_COUNTED).where(DriftStanding.tenant_id == site_id).with_for_update()
    before = session.execute(held).one_or_none()
    asked = look(session, day)
    found = findings(asked, waivers.in_force(session, site_id, day), before.findings if before else (), day)
    counts = _write(session, site_id, site.region_code, site.edition_id, day, asked, found)
    if before is None or any(before._mapping[name] != number for name, number in counts.items()):
        facts.stood(session, [site.region_code])
    return True


def first(
    session: Session, site_id: UUID, region_code: str, edition_id: UUID, day: date, asked: tuple[Requirement, ...]
) -> None:
    """The departures of a site that is being opened, whose facts tell of it, without reading what was just written."""
    _write(session, site_id, region_code, edition_id, day, asked, findings(asked, frozenset(), (), day))


def findings(
    asked: Iterable[Requirement], waived: frozenset[tuple[str, str]], before: Iterable[Finding], day: date
) -> list[Finding]:
    """Everything that is not simply conforming with its class, the gravest first; what stays as it was keeps its
    `since`."""
    known = {_key(one): one["since"] for one in before}
    found = [_finding(one, (one.kind, one.code) in waived) for one in asked if one.wrong or one.allowed]
    dated = [{**one, "since": known.get(_key(one), day.isoformat())} for one in found]
    return sorted(dated, key=lambda one: (one["class"] != "unexplained", not one["core"], one["kind"], one["code"]))


def _write(
    session: Session,
    site_id: UUID,
    region_code: str,
    edition_id: UUID,
    day: date,
    asked: tuple[Requirement, ...],
    found: list[Finding],
) -> dict[str, int]:
    told = {"tenant_id": site_id, "region_code": region_code, "edition_id": edition_id, "as_of": day}
    counts = _counts(asked, found)
    session.execute(_KEEP, told | counts | {"findings": found, "computed_at": clock.now()})
    return counts


def _finding(one: Requirement, waived: bool) -> Finding:
    sort = "allowed" if one.allowed else "waived" if waived else "unexplained"
    return {"kind": one.kind, "code": one.code, "wrong": one.wrong, "core": one.core, "class": sort}


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one["kind"], one["code"], one["wrong"], one["class"]


def _counts(asked: tuple[Requirement, ...], found: list[Finding]) -> dict[str, int]:
    counted = Counter(one["class"] for one in found)
    core = sum(one["core"] for one in found if one["class"] == "unexplained")
    return {
        "conforming": sum(not one.wrong and not one.allowed for one in asked),
        "core": core,
        **{sort: counted[sort] for sort in ("allowed", "waived", "unexplained")},
    }
