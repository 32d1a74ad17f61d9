"""What sites ask of the institution and what it answered: proposals, waivers, and differences of their own."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.skipping import leave_out
from huakai_deploy.demo_history.words import ANSWERED, PROPOSED, VARIED, WAIVED
from huakai_platform.drift import waivers
from huakai_platform.drift.models import DriftStanding, Waiver
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.proposals import deciding, making
from huakai_platform.proposals.models import Proposal
from huakai_platform.standards import drafts
from huakai_platform.standards.pinned import pinned
from huakai_tenants.variations import service as variations
from huakai_tenants.variations.models import Variation

HEADS = 3
DRAFT = {"zh": "标准第二版", "en": "Standard, second edition"}


def ask(databases: Databases) -> None:
    """Each part once, however often the demonstration starts."""
    with databases.session(Login.OVERSIGHT) as session:
        heads, admin = _heads(session), _person(session, Role.INSTITUTION_ADMIN)
        proposed = session.scalar(select(Proposal.id).limit(1))
        waived = session.scalar(select(Waiver.id).limit(1))
    if not heads or admin is None:
        return
    _vary(databases, heads[0])
    if not proposed:
        _propose(databases, heads, admin)
    if not waived:
        _waive(databases, heads, admin)


def _vary(databases: Databases, head: Actor) -> None:
    checklist, text, space, name = VARIED
    with databases.session(Login.TENANT, _site(head)) as session:
        if session.scalar(select(Variation.id).limit(1)):
            return
        try:
            variations.add_item(session, head, checklist, text, "yes_no_na")
            variations.call(session, head, "spaces", space, name)
        except (Conflict, NotFound):
            leave_out(session, pinned(session).edition_id, _("站点自己的调整").render())


def _propose(databases: Databases, heads: Sequence[Actor], admin: Actor) -> None:
    """One proposal that waits, one that is in a draft, one that was declined."""
    made: dict[int, UUID] = {}
    for place, (kind, code, at, change, reason) in enumerate(PROPOSED):
        head = heads[place % len(heads)]
        with databases.session(Login.TENANT, _site(head)) as session:
            edition_id = session.scalars(select(Site.edition_id).where(Site.id == head.site_id)).one()
            assert edition_id is not None
            try:
                made[place] = making.propose(session, head, edition_id, kind, code, at=at, change=change, reason=reason)
            except NotFound:
                leave_out(session, edition_id, f"{kind}/{code}")
    with databases.session(Login.OVERSIGHT) as session:
        if 1 in made:
            deciding.accept(session, admin, made[1], drafts.begin(session, admin, DRAFT))
        if 2 in made:
            deciding.decline(session, admin, made[2], ANSWERED)


def _waive(databases: Databases, heads: Sequence[Actor], admin: Actor) -> None:
    """One that is asked for, one that was given, one that has ended."""
    today = clock.today()
    (asked, given, ended) = WAIVED
    if found := _departure(databases, heads[0]):
        with databases.session(Login.TENANT, _site(heads[0])) as session:
            waivers.ask(session, heads[0], _site(heads[0]), *found, asked, today + timedelta(days=30))
    for head, reason, ends_on in (
        (heads[-1], given, today + timedelta(days=60)),
        (heads[1 % len(heads)], ended, today - timedelta(days=20)),
    ):
        if found := _departure(databases, head, place=1):
            row = Waiver(id=uuid7(), site_id=_site(head), kind=found[0], code=found[1], reason=reason, ends_on=ends_on)
            row.state, row.asked_by, row.asked_at = "approved", admin.account_id, clock.now() - timedelta(days=50)
            row.decided_by, row.decided_at = admin.account_id, row.asked_at
            with databases.session(Login.OVERSIGHT) as session:
                session.add(row)


def _departure(databases: Databases, head: Actor, place: int = 0) -> tuple[str, str] | None:
    """An unexplained departure of a site, the same each time; None where there are not so many."""
    with databases.session(Login.OVERSIGHT) as session:
        wanted = select(DriftStanding.findings).where(DriftStanding.tenant_id == head.site_id)
        found = [one for one in session.scalar(wanted) or () if one["class"] == "unexplained" and not one["core"]]
    return (found[place]["kind"], found[place]["code"]) if len(found) > place else None


def _heads(session: Session) -> list[Actor]:
    """Heads of open sites, the one who signs in to the demonstration first."""
    rows = session.execute(
        select(Account.id, Account.name, Membership.institution_id, Membership.site_id)
        .join(Membership, Membership.account_id == Account.id)
        .join(Site, Site.id == Membership.site_id)
        .where(Membership.role == Role.SITE_HEAD, Membership.ended_at.is_(None), Site.state == SiteState.OPEN)
        .order_by((Account.login_name == "head").desc(), Site.code)
        .limit(HEADS)
    )
    return [_actor(row.id, row.name, Role.SITE_HEAD, row.institution_id, row.site_id) for row in rows]


def _person(session: Session, role: Role) -> Actor | None:
    row = session.execute(
        select(Account.id, Account.name, Membership.institution_id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.role == role, Membership.ended_at.is_(None))
        .order_by(Membership.created_at)
        .limit(1)
    ).one_or_none()
    return _actor(row.id, row.name, role, row.institution_id, None) if row else None


def _actor(account_id: UUID, name: str, role: Role, institution_id: UUID | None, site_id: UUID | None) -> Actor:
    return Actor(
        account_id=account_id,
        name=name,
        role=role,
        institution_id=institution_id,
        site_id=site_id,
        permissions=permissions_of(role),
    )


def _site(head: Actor) -> UUID:
    assert head.site_id is not None
    return head.site_id
