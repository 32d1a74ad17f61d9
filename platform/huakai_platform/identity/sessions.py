"""Signed-in devices: a random id in the cookie, its hash in the table, rights read anew for every request."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from huakai_platform.identity.models import Account, AccountSession, Institution, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.errors import Unauthenticated
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.web.context import Visitor

LIFE = timedelta(days=14)
IDLE = timedelta(hours=12)
CONFIRMED = timedelta(minutes=10)
TOUCH = timedelta(minutes=1)


def start(
    session: Session,
    account_id: UUID,
    *,
    device: str,
    address: str,
    owes_second_factor: bool,
    membership_id: UUID | None,
) -> str:
    """Begin a session and return its token; the token itself is never stored."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        AccountSession(
            id=uuid7(),
            account_id=account_id,
            token_hash=digest(token),
            membership_id=membership_id,
            stage="second_factor" if owes_second_factor else "full",
            device=device[:200],
            address=address[:64],
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            expires_at=now + LIFE,
        )
    )
    return token


def rotate(session: Session, session_id: UUID, *, membership_id: UUID | None, confirmed: bool = False) -> str:
    """Put a session with a new token, past any second factor, in the place of the old; its end stays where it was."""
    old, now = session.get(AccountSession, session_id, with_for_update=True), clock.now()
    if old is None or old.revoked_at is not None:
        raise Unauthenticated(_("登录已失效，请重新登录。"))
    token, old.revoked_at = secrets.token_urlsafe(32), now
    session.add(
        AccountSession(
            id=uuid7(),
            account_id=old.account_id,
            token_hash=digest(token),
            membership_id=membership_id,
            stage="full",
            device=old.device,
            address=old.address,
            created_at=old.created_at,
            seen_at=now,
            confirmed_at=now if confirmed else old.confirmed_at,
            expires_at=old.expires_at,
        )
    )
    return token


def recognise(connection: Connection, token: str) -> Visitor | None:
    """The visitor of a token, in one statement; a page seen once a minute also moves `seen_at`."""
    now = clock.now()
    row = connection.execute(_VISITOR, {"token_hash": digest(token), "now": now, "idle": now - IDLE}).one_or_none()
    if row is None:
        return None
    if now - row.seen_at > TOUCH:
        connection.execute(update(AccountSession).where(AccountSession.id == row.session_id).values(seen_at=now))
    role = Role(row.role) if row.role and _valid(row.valid_from, row.valid_until, clock.today()) else None
    owes = row.stage == "second_factor"
    actor = Actor(
        account_id=row.account_id,
        name=row.name,
        role=None if owes else role,
        membership_id=row.membership_id if role else None,
        institution_id=row.institution_id,
        institution_name=row.institution_name or "",
        site_id=row.site_id if role and role.plane == "room" else None,
        site_name=row.site_name or "",
        region_code=row.region_code,
        valid_until=row.valid_until,
        session_id=row.session_id,
        locale=row.locale,
        confirmed_recently=now - row.confirmed_at <= CONFIRMED,
        memberships=row.memberships,
        permissions=permissions_of(None if owes else role),
    )
    return Visitor(actor, owes, row.site_state)


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _valid(valid_from: date | None, valid_until: date | None, today: date) -> bool:
    return (valid_from is None or valid_from <= today) and (valid_until is None or today <= valid_until)


def _statement() -> Select[*tuple[Any, ...]]:
    every = aliased(Membership)
    count = select(func.count()).where(every.account_id == Account.id, every.ended_at.is_(None)).scalar_subquery()
    return (
        select(
            AccountSession.id.label("session_id"),
            AccountSession.stage,
            AccountSession.seen_at,
            AccountSession.confirmed_at,
            Account.id.label("account_id"),
            Account.name,
            Account.locale,
            Membership.id.label("membership_id"),
            Membership.role,
            Membership.region_code,
            Membership.valid_from,
            Membership.valid_until,
            Membership.site_id,
            Institution.id.label("institution_id"),
            Institution.short_name.label("institution_name"),
            Site.name.label("site_name"),
            Site.state.label("site_state"),
            count.label("memberships"),
        )
        .join(Account, Account.id == AccountSession.account_id)
        .outerjoin(
            Membership,
            and_(
                Membership.id == AccountSession.membership_id,
                Membership.account_id == Account.id,
                Membership.ended_at.is_(None),
            ),
        )
        .outerjoin(Institution, Institution.id == Membership.institution_id)
        .outerjoin(Site, Site.id == Membership.site_id)
        .where(
            AccountSession.token_hash == bindparam("token_hash"),
            AccountSession.revoked_at.is_(None),
            AccountSession.expires_at > bindparam("now"),
            AccountSession.seen_at > bindparam("idle"),
            Account.disabled_at.is_(None),
            or_(Site.id.is_(None), Site.state.notin_(["closed", "declined"])),
        )
    )


_VISITOR = _statement()
