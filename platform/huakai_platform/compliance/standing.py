"""A site's latest score, written down inside its own tenant: numbers, never persons."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.compliance import assessing, risk, scoring
from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.compliance.risk import Part
from huakai_platform.compliance.scoring import Result
from huakai_platform.compliance.words import level
from huakai_platform.kernel import clock
from huakai_platform.kernel.db import table
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.oversight import facts
from huakai_platform.standards import service as standards
from huakai_platform.standards.measured import Measure, Measures

_INSERT = upsert(table(ComplianceStanding))
_KEEP = _INSERT.on_conflict_do_update(
    constraint="compliance_standing_pkey",
    set_={
        column.name: _INSERT.excluded[column.name]
        for column in table(ComplianceStanding).columns
        if column.name != "tenant_id"
    },
)


def recompute(session: Session, site_id: UUID, day: date, measure: Measure) -> bool:
    """Measure the site that the session has entered and replace what was known; again changes nothing but the time.

    A site that is not open, or does not operate yet, keeps what it had. Whoever comes later waits and measures after.
    """
    state = session.scalar(select(Site.state).where(Site.id == site_id, Site.operating_since <= day))
    if state not in WORKING:
        return False
    of = assessing.subject(session, site_id)
    counted = (ComplianceStanding.grade, ComplianceStanding.age_set, ComplianceStanding.risk)
    held = select(*counted).where(ComplianceStanding.tenant_id == site_id)
    before = session.execute(held.with_for_update()).one_or_none()
    found = assessing.assess(of, day, measure(session, day))
    _write(session, site_id, of.region_code, of.edition_id, found.as_of, found.result, found.parts)
    now = found.result.grade, found.result.age_set, level(risk.total(found.parts))
    if before is None or (before.grade, before.age_set, level(before.risk)) != now:
        facts.stood(session, [of.region_code])
    return True


def first(session: Session, site_id: UUID, region_code: str, edition_id: UUID, since: date, measures: Measures) -> None:
    """The standing of a site that is being opened, whose facts tell of it, without reading what was just written."""
    definition, day = standards.body(session, edition_id, "indicators"), measures.until
    values = {metric: one.value for metric, one in measures.found.items()}
    result = scoring.score(definition, scoring.age_set(definition["sets"], since, day), values)
    _write(session, site_id, region_code, edition_id, day, result, risk.parts(result, measures.signals))


def _write(
    session: Session,
    site_id: UUID,
    region_code: str,
    edition_id: UUID,
    day: date,
    result: Result,
    parts: tuple[Part, ...],
) -> None:
    session.execute(
        _KEEP,
        {
            "tenant_id": site_id,
            "region_code": region_code,
            "edition_id": edition_id,
            "as_of": day,
            "age_set": result.age_set,
            "points": result.points,
            "possible": result.possible,
            "percent": result.percent,
            "grade": result.grade,
            "capped": result.capped,
            "failed_core": list(result.failed_core),
            "risk": risk.total(parts),
            "risks": {part.code: {"count": part.count, "points": part.points} for part in parts},
            "computed_at": clock.now(),
        },
    )
