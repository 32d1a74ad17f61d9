"""Links that are good once: issued to an administrator or by mail, and used to set a password."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, exists, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import devices, memberships, passwords
from huakai_platform.identity.memberships import reach
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.identity.sessions import digest
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict, Forbidden, NotFound
from huakai_platform.kernel.events import InvitationIssued
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7

LIFE = {"invite": timedelta(days=7), "reset": timedelta(hours=24)}


@dataclass(frozen=True)
class Link:
    """A link as it was opened: still good, and whose it is."""

    id: UUID
    account_id: UUID
    name: str
    login_name: str


def issue(session: Session, actor: Actor | None, invitation_id: UUID) -> str:
    """Make the link anew and give its token, which is not kept; an earlier one of this invitation is dead by it.

    Without an actor it is the platform's own mail that issues.
    """
    row = session.execute(
        select(Invitation.id, Invitation.account_id, Invitation.purpose, Invitation.used_at)
        .where(Invitation.id == invitation_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(_("没有这份邀请。"))
    if actor is not None:
        refuse_beyond(session, actor, row.account_id)
    if row.used_at is not None:
        raise Conflict(_("这份邀请已经用过。"))
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id)
        .values(token_hash=digest(token), issued_at=now, expires_at=now + LIFE[row.purpose])
    )
    audit.record(
        session, actor, "invitations.issued", "invitation", invitation_id, account=row.account_id, purpose=row.purpose
    )
    return token


def prepare(session: Session, actor: Actor, account_id: UUID) -> tuple[UUID, str]:
    """The unused invitation of somebody without a password, else a new reset; gives its id and purpose."""
    refuse_beyond(session, actor, account_id)
    invited = session.scalar(select(Account.password_hash.is_(None)).where(Account.id == account_id))
    purpose = "invite" if invited else "reset"
    waiting = session.scalar(
        select(Invitation.id)
        .where(
            Invitation.account_id == account_id,
            Invitation.purpose == purpose,
            Invitation.used_at.is_(None),
            Invitation.site_id.is_not_distinct_from(actor.site_id),
        )
        .order_by(Invitation.created_at.desc())
        .limit(1)
    )
    if waiting:
        return waiting, purpose
    row = Invitation(id=uuid7(), account_id=account_id, site_id=actor.site_id, purpose=purpose, created_at=clock.now())
    session.add(row)
    session.flush()
    return row.id, purpose


def mail(session: Session, invitation_id: UUID) -> None:
    """Have the link sent by mail; the job that sends it issues it."""
    outbox.publish(session, InvitationIssued(invitation_id))


def refuse_beyond(session: Session, actor: Actor, account_id: UUID) -> None:
    """A link opens the whole account: only who manages every one of its memberships may hand it out."""
    mine = session.scalar(select(exists().where(Membership.account_id == account_id, reach(actor))))
    if not mine:
        raise NotFound(_("没有这个账号。"))
    if actor.role is Role.SITE_HEAD and memberships.elsewhere(session, account_id, site_id=actor.site_id):
        raise Forbidden(_("此人在别处还有身份，请由机构管理员发放链接。"))
    memberships.refuse_shared(session, actor, account_id)
    if session.scalar(select(Account.disabled_at).where(Account.id == account_id)):
        raise Conflict(_("这个账号已停用。"))


def opened(connection: Connection | Session, token: str, purpose: str) -> Link | None:
    """The link of a token while it is good: unused, in time, and handed out by one who still could do so.

    A link of a room dies when the person is given a role elsewhere after it was issued.
    """
    elsewhere = exists().where(
        Membership.account_id == Invitation.account_id,
        Invitation.site_id.is_not(None),
        Membership.site_id.is_distinct_from(Invitation.site_id),
        Membership.ended_at.is_(None),
        Membership.created_at > Invitation.issued_at,
    )
    row = connection.execute(
        select(Invitation.id, Invitation.account_id, Account.name, Account.login_name)
        .join(Account, Account.id == Invitation.account_id)
        .where(
            Invitation.token_hash == digest(token),
            Invitation.purpose == purpose,
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
            Account.disabled_at.is_(None),
            ~elsewhere,
        )
    ).one_or_none()
    return Link(*row) if row else None


def redeem(session: Session, link: Link, password_hash: str) -> bool:
    """Set the password by a link; false when somebody was faster. Every device and every other link ends."""
    now = clock.now()
    used = session.scalar(
        update(Invitation)
        .where(Invitation.id == link.id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation.id)
    )
    if used is None:
        return False
    session.execute(update(Account).where(Account.id == link.account_id).values(password_hash=password_hash))
    session.execute(
        update(Invitation)
        .where(Invitation.account_id == link.account_id, Invitation.used_at.is_(None))
        .values(used_at=now)
    )
    devices.revoke_all(session, link.account_id)
    audit.record(session, Actor(link.account_id, link.name), "invitations.used", "invitation", link.id)
    return True


def weaknesses(link: Link, password: str) -> list[str]:
    return [str(said.render()) for said in passwords.weaknesses(password, (link.name, link.login_name))]
