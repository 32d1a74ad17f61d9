"""Holding a site on its edition until a day, with a reason."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import reach
from huakai_platform.releases.models import EditionPin


def held(day: date) -> Select[UUID]:
    """The sites that are pinned on a day."""
    return select(EditionPin.site_id).where(EditionPin.ended_at.is_(None), EditionPin.until >= day)


def of(session: Session, site_id: UUID) -> EditionPin | None:
    """The pin that holds a site today."""
    return session.scalar(
        select(EditionPin).where(
            EditionPin.site_id == site_id, EditionPin.ended_at.is_(None), EditionPin.until >= clock.today()
        )
    )


def pin(session: Session, actor: Actor, site_id: UUID, *, reason: str, until: date) -> None:
    """Hold a site; raises Invalid for a day that is over, Conflict when it is held already."""
    reach.site(session, actor, site_id, lock=True)
    if until < clock.today():
        raise Invalid(_("填写的内容有误。"), {"until": [_("截止日期不能早于今天。")]})
    latest = session.scalar(select(EditionPin).where(EditionPin.site_id == site_id, EditionPin.ended_at.is_(None)))
    if latest and latest.until >= clock.today():
        raise Conflict(_("这个站点已经固定到 {day}。", day=latest.until.isoformat()))
    if latest:
        latest.ended_at = clock.now()
        session.flush()
    found = EditionPin(site_id=site_id, reason=reason, until=until, created_by=actor.account_id, created_at=clock.now())
    session.add(found)
    session.flush()
    audit.record(session, actor, "editions.pinned", "site", site_id, until=until)


def unpin(session: Session, actor: Actor, site_id: UUID) -> None:
    """Let a site go before the pin's time; raises NotFound when nothing holds it."""
    reach.site(session, actor, site_id, lock=True)
    if (found := of(session, site_id)) is None:
        raise NotFound(_("这个站点没有被固定。"))
    found.ended_at, found.ended_by = clock.now(), actor.account_id
    session.flush()
    audit.record(session, actor, "editions.unpinned", "site", site_id)
