"""What people of the console have done: looked into a room, and sealed what they found."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.compliance import assessing, sealing, visits
from huakai_platform.compliance.models import Assessment, OversightVisit
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.operations import Operation
from huakai_platform.oversight import reminders
from huakai_tenants.measures import compliance

REMINDED = 12


def visit(databases: Databases, site_id: UUID) -> None:
    """Let the auditor have looked into a site, unless somebody has."""
    with databases.session(Login.OVERSIGHT) as session:
        auditor = _console(session, Role.AUDITOR)
        known = select(OversightVisit.id).where(OversightVisit.site_id == site_id).limit(1)
        if auditor and session.scalar(known) is None:
            visits.enter(session, auditor, site_id, "indicators")


def seal(databases: Databases, site_id: UUID, today: date) -> None:
    """Let the auditor have sealed a site's score, unless one was sealed or nothing can be said of it."""
    with databases.session(Login.OVERSIGHT) as session, databases.session(Login.OVERSIGHT, site_id) as room:
        auditor = _console(session, Role.AUDITOR)
        known = select(Assessment.id).where(Assessment.tenant_id == site_id).limit(1)
        if auditor is None or session.scalar(known):
            return
        visits.enter(session, auditor, site_id, "sealing")
        of = assessing.subject(session, site_id)
        found = assessing.assess(of, today, compliance.measure(room, today))
        if found.result.percent is not None:
            sealing.seal(session, room, auditor, found)


def remind(databases: Databases, own: Collection[UUID], today: date) -> None:
    """Let the administrator have reminded the own site and those with the most overdue checklists, unless somebody
    has reminded anybody."""
    with databases.session(Login.OVERSIGHT) as session:
        admin = _console(session, Role.INSTITUTION_ADMIN)
        known = select(Operation.id).where(Operation.kind == reminders.KIND).limit(1)
        if admin is None or session.scalar(known):
            return
        month = clock.month(today)
        late = reminders.chosen(session, admin, None, month, None)
        order = sorted(late, key=lambda line: (line.id not in own, -line.numbers[reminders.OVERDUE], line.code))
        if order:
            reminders.send(session, admin, order[:REMINDED], month, "")


def _console(session: Session, role: Role) -> Actor | None:
    row = session.execute(
        select(Account.id, Account.name, Membership.id.label("membership_id"), Membership.institution_id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.role == role, Membership.ended_at.is_(None))
        .order_by(Membership.created_at)
        .limit(1)
    ).one_or_none()
    return row and Actor(
        account_id=row.id,
        name=row.name,
        role=role,
        membership_id=row.membership_id,
        institution_id=row.institution_id,
        permissions=permissions_of(role),
    )
