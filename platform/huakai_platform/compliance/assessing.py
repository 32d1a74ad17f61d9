"""A site's score at a date: its age chooses the indicators, its rows are measured, the arithmetic is `scoring`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.compliance import risk, scoring, words
from huakai_platform.compliance.risk import Part
from huakai_platform.compliance.scoring import Line, NotYet, Result
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service as standards
from huakai_platform.standards.measured import Measured, Measures
from huakai_platform.standards.models import Edition, EditionDefinition


@dataclass(frozen=True)
class Subject:
    """The site, and the edition that it is judged by: the one it is pinned to now."""

    id: UUID
    code: str
    name: str
    tier: str
    state: str
    region_code: str
    since: date
    edition_id: UUID
    edition_number: int
    edition_digest: str
    indicators_digest: str
    definition: Mapping[str, Any]


@dataclass(frozen=True)
class Assessed:
    subject: Subject
    as_of: date
    measures: Measures
    result: Result

    @property
    def parts(self) -> tuple[Part, ...]:
        return risk.parts(self.result, self.measures.signals)

    @property
    def risk(self) -> int:
        return risk.total(self.parts)

    @property
    def years(self) -> int:
        return scoring.full_years(self.subject.since, self.as_of)

    def measured(self, line: Line) -> Measured:
        return self.measures.found.get(line.metric) or Measured(line.metric, missing="later")

    def reason(self, line: Line) -> Message | None:
        """Why an indicator does not count."""
        return None if line.measured else words.reason(self.measured(line).missing)

    def indicator(self, code: str) -> Mapping[str, Any]:
        """The indicator as its edition has it. Raises NotFound."""
        for one in self.subject.definition["indicators"]:
            if one["code"] == code:
                found: Mapping[str, Any] = one
                return found
        raise NotFound(_("标准中没有这项内容。"))

    def line(self, code: str) -> Line:
        """Raises NotFound for an indicator that the set leaves out."""
        for one in self.result.lines:
            if one.code == code:
                return one
        raise NotFound(_("标准中没有这项内容。"))

    def title(self, kind: str, code: str) -> Mapping[str, str]:
        """The name of a `dimensions`, `metrics`, `grades` or `sets` entry."""
        found: Mapping[str, str] = next(one["title"] for one in self.subject.definition[kind] if one["code"] == code)
        return found


def subject(session: Session, site_id: UUID) -> Subject:
    """Reads platform tables only, under any login. Raises NotFound for a site that was never opened."""
    row = session.execute(
        select(
            Site.id,
            Site.code,
            Site.name,
            Site.tier,
            Site.state,
            Site.region_code,
            Site.operating_since,
            Site.edition_id,
            Edition.number,
            Edition.digest,
            EditionDefinition.digest.label("indicators_digest"),
        )
        .join(Edition, Edition.id == Site.edition_id)
        .outerjoin(
            EditionDefinition,
            (EditionDefinition.edition_id == Edition.id) & (EditionDefinition.kind == "indicators"),
        )
        .where(Site.id == site_id)
        .limit(1)
    ).one_or_none()
    if row is None or row.operating_since is None or row.edition_id is None:
        raise NotFound(_("这个站点还没有开通，没有评估。"))
    return Subject(
        id=row.id,
        code=row.code,
        name=row.name,
        tier=row.tier,
        state=row.state,
        region_code=row.region_code,
        since=row.operating_since,
        edition_id=row.edition_id,
        edition_number=row.number,
        edition_digest=row.digest,
        indicators_digest=row.indicators_digest or "",
        definition=standards.body(session, row.edition_id, "indicators"),
    )


def age_set(of: Subject, as_of: date) -> str:
    """The indicator set for the site's age. Raises Invalid before it operated."""
    try:
        return scoring.age_set(of.definition["sets"], of.since, as_of)
    except NotYet:
        raise Invalid(_("站点自 {day} 起运营，请选择这一天或以后的日期。", day=of.since.isoformat())) from None


def assess(of: Subject, as_of: date, measures: Measures) -> Assessed:
    """Raises Invalid before the site operated."""
    values = {metric: one.value for metric, one in measures.found.items()}
    return Assessed(of, as_of, measures, scoring.score(of.definition, age_set(of, as_of), values))
