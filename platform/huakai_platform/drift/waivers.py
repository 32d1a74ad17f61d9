"""Exempting one site from one requirement until a day: asked for by its head or given, approved, withdrawn."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from huakai_platform.drift.models import DriftStanding, Waiver
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.events import AskedAbove, WaiverDecided
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.scope import institution_of

LONGEST = 366
"""Days for which a requirement may be waived at once."""


def in_force(session: Session, site_id: UUID, day: date) -> frozenset[tuple[str, str]]:
    """Kind and code of what a site need not meet on a day."""
    rows = session.execute(select(Waiver.kind, Waiver.code).where(Waiver.site_id == site_id, holds(day)))
    return frozenset((row.kind, row.code) for row in rows)


def holds(day: date) -> ColumnElement[bool]:
    return (Waiver.state == "approved") & (Waiver.ends_on >= day)


def ask(session: Session, actor: Actor, site_id: UUID, kind: str, code: str, reason: str, ends_on: date) -> UUID:
    """The head of a site asks for one of its own unexplained departures."""
    waiver_id = _write(session, actor, site_id, kind, code, reason, ends_on, "asked")
    outbox.publish(session, AskedAbove("waiver", institution_of(actor)))
    audit.record(session, actor, "waivers.asked", "waiver", waiver_id, until=ends_on.isoformat())
    return waiver_id


def give(session: Session, actor: Actor, site_id: UUID, kind: str, code: str, reason: str, ends_on: date) -> UUID:
    """The institution waives an unexplained departure without being asked."""
    reach.site(session, actor, site_id)
    waiver_id = _write(session, actor, site_id, kind, code, reason, ends_on, "approved")
    _tell(session, waiver_id, site_id, "approved")
    audit.record(session, actor, "waivers.given", "waiver", waiver_id, site=str(site_id), until=ends_on.isoformat())
    return waiver_id


def decide(session: Session, actor: Actor, waiver_id: UUID, *, approve: bool, answer: str | None) -> None:
    """Approve what was asked, or decline it with an answer. Raises Conflict when somebody was faster."""
    waiver = _locked(session, actor, waiver_id)
    if waiver.state != "asked":
        raise Conflict(_("这份豁免申请已经处理过。"))
    if approve and waiver.ends_on < clock.today():
        raise Conflict(_("申请的截止日期已过，不能批准。"))
    _close(session, actor, waiver, "approved" if approve else "declined", answer)
    if approve:
        audit.record(session, actor, "waivers.approved", "waiver", waiver_id, site=str(waiver.site_id))
    else:
        audit.record(session, actor, "waivers.declined", "waiver", waiver_id, site=str(waiver.site_id))


def withdraw(session: Session, actor: Actor, waiver_id: UUID, answer: str) -> None:
    """End a waiver before its day. Raises Conflict when it is not in force."""
    waiver = _locked(session, actor, waiver_id)
    if waiver.state != "approved" or waiver.ends_on < clock.today():
        raise Conflict(_("这份豁免不在有效期内。"))
    _close(session, actor, waiver, "withdrawn", answer)
    audit.record(session, actor, "waivers.withdrawn", "waiver", waiver_id, site=str(waiver.site_id))


def missing(session: Session, site_id: UUID, kind: str, code: str) -> Mapping[str, Any]:
    """The unexplained departure of a site. Raises NotFound."""
    found = session.scalar(select(DriftStanding.findings).where(DriftStanding.tenant_id == site_id)) or ()
    for one in found:
        if (one["kind"], one["code"], one["class"]) == (kind, code, "unexplained"):
            return dict(one)
    raise NotFound(_("本站点没有这项未说明的偏离。"))


def _write(
    session: Session, actor: Actor, site_id: UUID, kind: str, code: str, reason: str, ends_on: date, state: str
) -> UUID:
    missing(session, site_id, kind, code)
    same = select(Waiver.id).where(Waiver.site_id == site_id, Waiver.kind == kind, Waiver.code == code)
    if session.scalar(same.where((Waiver.state == "asked") | holds(clock.today())).limit(1)):
        raise Conflict(_("这一项已有待审批或有效的豁免。"))
    given = state == "approved"
    waiver = Waiver(
        id=uuid7(),
        site_id=site_id,
        kind=kind,
        code=code,
        reason=reason,
        ends_on=ends_on,
        state=state,
        asked_by=actor.account_id,
        asked_at=clock.now(),
        decided_by=actor.account_id if given else None,
        decided_at=clock.now() if given else None,
    )
    session.add(waiver)
    session.flush()
    return waiver.id


def _locked(session: Session, actor: Actor, waiver_id: UUID) -> Waiver:
    mine = select(Waiver).join(Site, Site.id == Waiver.site_id).where(Waiver.id == waiver_id, reach.within(actor))
    if found := session.scalar(mine.with_for_update(of=Waiver)):
        return found
    raise NotFound(_("没有这份豁免。"))


def _close(session: Session, actor: Actor, waiver: Waiver, state: str, answer: str | None) -> None:
    waiver.state, waiver.answer = state, answer
    waiver.decided_by, waiver.decided_at = actor.account_id, clock.now()
    session.flush()
    _tell(session, waiver.id, waiver.site_id, state)


def _tell(session: Session, waiver_id: UUID, site_id: UUID, state: str) -> None:
    outbox.publish(session, WaiverDecided(waiver_id, site_id, state))
