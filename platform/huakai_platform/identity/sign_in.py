"""Signing in: who a name, an address or a number stands for, and the session that begins."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import activity, contacts, memberships, passwords, sessions
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.text import clean


@dataclass(frozen=True)
class Known:
    """An account as the sign-in sees it; without a usable password nothing verifies."""

    account_id: UUID
    password_hash: str | None = field(repr=False)
    second_factor: bool
    site_ids: list[UUID]
    name: str = ""


@dataclass(frozen=True)
class Begun:
    token: str = field(repr=False)
    owes_second_factor: bool
    membership_id: UUID | None
    before: activity.SignedIn | None


def find(connection: Connection, identifier: str, lookup_key: bytes) -> Known | None:
    """The account of a sign-in name, e-mail address or telephone number, in one statement whatever was typed."""
    text = clean(identifier).lower()
    phone = contacts.normal_phone(text)
    sites = (
        select(func.array_agg(Membership.site_id))
        .where(Membership.account_id == Account.id, Membership.ended_at.is_(None), Membership.site_id.is_not(None))
        .scalar_subquery()
    )
    row = connection.execute(
        select(
            Account.id,
            Account.name,
            Account.password_hash,
            Account.totp_sealed,
            Account.disabled_at,
            sites.label("sites"),
        ).where(
            or_(
                Account.login_name == text,
                Account.email == text,
                Account.phone_lookup == contacts.phone_lookup(lookup_key, phone or text),
            )
        )
    ).first()
    if row is None:
        return None
    usable = row.password_hash if row.disabled_at is None else None
    return Known(row.id, usable, row.totp_sealed is not None, row.sites or [], row.name)


def begin(session: Session, known: Known, *, device: str, address: str) -> Begun:
    """Start the session of somebody who has given the right password."""
    offered = memberships.offered(session, known.account_id)
    membership_id = offered[0].id if len(offered) == 1 else None
    token = sessions.start(
        session,
        known.account_id,
        device=device,
        address=address,
        owes_second_factor=known.second_factor,
        membership_id=membership_id,
    )
    if known.second_factor:
        return Begun(token, True, membership_id, None)
    before = activity.record(session, Actor(known.account_id, known.name), address, second_factor=False)
    return Begun(token, False, membership_id, before)


def refresh_hash(session: Session, known: Known, password: str) -> None:
    """Hash anew what was hashed with parameters that are no longer ours."""
    if known.password_hash and passwords.outdated(known.password_hash):
        session.execute(
            update(Account).where(Account.id == known.account_id).values(password_hash=passwords.hashed(password))
        )
