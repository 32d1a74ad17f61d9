"""Moving a site along its life cycle, one step of the table at a time."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid
from huakai_platform.kernel.events import SiteStateChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import opening, reach
from huakai_platform.onboarding.models import SiteEvent
from huakai_platform.onboarding.transitions import TABLE, TRANSITIONS, Transition

LONGEST_REASON = 500


@dataclass(frozen=True)
class Moved:
    """A step taken; when it opens a site, the operation that does so in the site's own tenant."""

    site: Site
    step: Transition
    operation: Operation | None = None


def allowed(site: Site, actor: Actor) -> tuple[Transition, ...]:
    """The steps that the actor may take from here, in the order of the table."""
    return tuple(step for step in TRANSITIONS if step.source == site.state and actor.can(step.permission))


def step(source: str, target: str) -> Transition:
    """The step of the table; raises Conflict when there is none."""
    found = TABLE.get((SiteState(source), SiteState(target)))
    if found is None:
        raise Conflict(
            _("站点现在是“{now}”，不能改为“{to}”。", now=SiteState(source).label, to=SiteState(target).label)
        )
    return found


def move(
    session: Session,
    actor: Actor,
    site_id: UUID,
    to: SiteState,
    *,
    reason: str | None = None,
    version: int,
    **details: Any,
) -> Moved:
    """Take one step; raises NotFound beyond reach, Forbidden, Invalid and Conflict (stale, no such step, unready).

    The first step to `open` is none at once: it begins an operation, whose job opens the site.
    """
    site = reach.site(session, actor, site_id, lock=True)
    if site.version != version:
        raise Conflict(_stale(session, site))
    taken = step(site.state, to)
    if not actor.can(taken.permission):
        raise Forbidden(_("您的身份没有这项权限。"))
    reason = _reason(taken, reason)
    with session.no_autoflush:
        kept = taken.effect(session, actor, site, details) if taken.effect else None
    if taken.guard and (missing := taken.guard(session, site)):
        raise Conflict(missing)
    if to is SiteState.OPEN and opens(site):
        return Moved(site, taken, opening.start(session, actor, opening.candidates(session, actor, ids=[site.id])))
    source = site.state
    record(session, site, to, actor.account_id, reason, kept)
    outbox.publish(session, SiteStateChanged(site.id))
    audit.record(session, actor, "sites.moved", "site", site.id, source=source, target=to)
    return Moved(site, taken)


def opens(site: Site) -> bool:
    """Whether going to `open` makes the site a tenant, or only lets it work again."""
    return site.opened_at is None and site.state in opening.READY


def record(
    session: Session,
    site: Site,
    to: SiteState,
    account_id: UUID | None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> SiteEvent:
    """Write the new state and its line in the site's history."""
    event = SiteEvent(
        id=uuid7(),
        site_id=site.id,
        at=clock.now(),
        account_id=account_id,
        from_state=site.state,
        to_state=to.value,
        reason=reason,
        details=details,
    )
    site.state, site.state_since = to.value, event.at
    session.add(event)
    session.flush()
    return event


def _reason(taken: Transition, reason: str | None) -> str | None:
    reason = (reason or "").strip() or None
    if taken.needs_reason and reason is None:
        raise Invalid(_("这一步要写明理由。"), {"reason": [_("请写明理由。").render()]})
    if reason and len(reason) > LONGEST_REASON:
        raise Invalid(_("理由过长。"), {"reason": [_("最多 {count} 个字。", count=LONGEST_REASON).render()]})
    return reason


def _stale(session: Session, site: Site) -> Message:
    """Who changed the site meanwhile, and when."""
    last = session.execute(
        select(SiteEvent.at, Account.name)
        .outerjoin(Account, Account.id == SiteEvent.account_id)
        .where(SiteEvent.site_id == site.id)
        .order_by(SiteEvent.at.desc(), SiteEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return _("刚才有人修改了这个站点，请刷新后再改。")
    return _(
        "{who} 在 {when} 已把这个站点改为“{state}”，请核对后再决定。",
        who=last.name or _("系统"),
        when=last.at.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M"),
        state=SiteState(site.state).label,
    )
