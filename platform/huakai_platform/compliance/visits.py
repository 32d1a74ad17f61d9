"""Looking into a site from above: written down before anything is shown, and shown to the site."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from huakai_platform.compliance.models import OversightVisit
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import audit, clock, notices, outbox, tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Forbidden
from huakai_platform.kernel.events import SiteEntered
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7

PAGE = 50
Visit = Row[*tuple[Any, ...]]


def enter(session: Session, actor: Actor, site_id: UUID, looked_at: str) -> UUID:
    """Write down who looks at what of which site, in the platform's trail too; the site is told by a job.

    `looked_at` is the page as a code: `indicators`, `evidence.<indicator>`, `photo.<id>`, `sealing`.
    """
    if actor.role is None:
        raise Forbidden(_("您的身份没有这项权限。"))
    visit = OversightVisit(
        id=uuid7(),
        site_id=site_id,
        account_id=actor.account_id,
        role=actor.role.value,
        looked_at=looked_at,
        at=clock.now(),
    )
    session.add(visit)
    session.flush()
    outbox.publish(session, SiteEntered(visit.id, site_id))
    audit.record(session, actor, "sites.entered", "site", site_id, visit=str(visit.id), looked_at=looked_at)
    return visit.id


def tell_the_room(session: Session, visit_id: UUID) -> None:
    """Write a visit into the trail of the room that was entered; its heads hear of each visitor once a day."""
    visit = session.get_one(OversightVisit, visit_id)
    name = session.scalars(select(Account.name).where(Account.id == visit.account_id)).one()
    role, day = Role(visit.role), visit.at.astimezone(clock.CHINA).date()
    notices.tell(
        session,
        _heads(session),
        kind="visit",
        text=_("{name}（{role}）查看了本站的合规情况。", name=name, role=role.label),
        href="/room/visits",
        dedup=f"visit:{visit.account_id}:{day.isoformat()}",
    )
    visitor = Actor(account_id=visit.account_id, name=name, role=role)
    audit.record(session, visitor, "sites.visited", "visit", visit.id, looked_at=visit.looked_at)


def of_the_room(session: Session, page: int) -> tuple[Sequence[Visit], int]:
    """Who looked into the room, the latest first, and how often altogether."""
    mine = OversightVisit.site_id == tenancy.current(session)
    total = session.scalar(select(func.count()).select_from(OversightVisit).where(mine)) or 0
    rows = session.execute(
        select(OversightVisit.id, OversightVisit.at, OversightVisit.role, OversightVisit.looked_at, Account.name)
        .join(Account, Account.id == OversightVisit.account_id)
        .where(mine)
        .order_by(OversightVisit.at.desc(), OversightVisit.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return rows, total


def _heads(session: Session) -> list[UUID]:
    today = clock.today()
    return list(
        session.scalars(
            select(Membership.account_id)
            .where(
                Membership.site_id == tenancy.current(session),
                Membership.role == Role.SITE_HEAD,
                Membership.ended_at.is_(None),
                Membership.valid_until.is_(None) | (Membership.valid_until >= today),
            )
            .distinct()
        )
    )
