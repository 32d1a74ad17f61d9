"""Sealing a score: the file is kept byte for byte, and no later edition touches it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from huakai_platform.compliance import bundle
from huakai_platform.compliance.assessing import Assessed
from huakai_platform.compliance.models import Assessment
from huakai_platform.identity.models import Account
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7

Sealed = Row[*tuple[Any, ...]]


def seal(session: Session, room: Session, actor: Actor, found: Assessed) -> Assessment:
    """Keep a score for ever. Raises Conflict when nothing of it could be measured.

    The console writes of a site only in a transaction that entered it: `room`. `session` holds the platform's trail and
    is committed after it, so that no deed is in the trail that was not done.
    """
    if found.result.percent is None:
        raise Conflict(_("还没有任何一项指标可以评定，不能封存。"))
    row = _row(actor, found)
    audit.record(
        session,
        actor,
        "assessments.sealed",
        "assessment",
        row.id,
        site=found.subject.code,
        as_of=row.as_of.isoformat(),
        digest=row.digest,
    )
    room.add(row)
    room.flush()
    return row


def of_site(session: Session, site_id: UUID) -> Sequence[Sealed]:
    """The sealed assessments of a site, the latest first."""
    return session.execute(
        select(
            Assessment.id,
            Assessment.as_of,
            Assessment.age_set,
            Assessment.percent,
            Assessment.grade,
            Assessment.digest,
            Assessment.sealed_at,
            Account.name.label("by"),
        )
        .join(Account, Account.id == Assessment.sealed_by)
        .where(Assessment.tenant_id == site_id)
        .order_by(Assessment.as_of.desc(), Assessment.id.desc())
        .limit(100)
    ).all()


def file(session: Session, site_id: UUID, assessment_id: UUID) -> Sealed:
    """The file of one, with its `as_of`. Raises NotFound."""
    found = session.execute(
        select(Assessment.bundle, Assessment.as_of, Assessment.digest).where(
            Assessment.tenant_id == site_id, Assessment.id == assessment_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound(_("没有这份评估。"))
    return found


def _row(actor: Actor, found: Assessed) -> Assessment:
    of, now = found.subject, clock.now()
    about = {
        "as_of": found.as_of,
        "sealed_at": now.isoformat(timespec="seconds"),
        "sealed_role": actor.role.value if actor.role else None,
        "site": {"code": of.code, "tier": of.tier, "operating_since": of.since, "years": found.years},
        "edition": {"number": of.edition_number, "digest": of.edition_digest, "indicators": of.indicators_digest},
    }
    data = bundle.make(about, of.definition, found.measures, found.result)
    return Assessment(
        tenant_id=of.id,
        id=uuid7(),
        edition_id=of.edition_id,
        as_of=found.as_of,
        age_set=found.result.age_set,
        percent=found.result.percent,
        grade=found.result.grade,
        digest=bundle.read(data)["digest"],
        bundle=data,
        sealed_by=actor.account_id,
        sealed_at=now,
    )
