"""Keys for programs: made once, shown once, listed, revoked. Only the hash of a key is kept."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, ApiToken, Membership
from huakai_platform.identity.sessions import digest
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor, Permission, Role, permissions_of
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7

PREFIX = "hk_"
DAYS, LONGEST = 90, 366
MOST = 50
"""Live tokens of one kind in one place."""


@dataclass(frozen=True)
class Listed:
    """A token as its people see it."""

    id: UUID
    name: str
    kind: str
    hint: str
    scopes: tuple[str, ...]
    role: Role
    owner: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_address: str | None
    revoked_at: datetime | None
    ended_at: datetime | None

    @property
    def permissions(self) -> list[Permission]:
        """The scopes that there are still such permissions for."""
        return [one for one in Permission if one.value in self.scopes]

    @property
    def state(self) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at or self.ended_at:
            return "revoked"
        return "live" if self.expires_at > clock.now() else "expired"


NAMES = tuple(Listed.__dataclass_fields__)


def create(session: Session, actor: Actor, *, name: str, scopes: Collection[str], days: int) -> str:
    """A personal token for the role that the actor works in; gives the token, which is nowhere else."""
    if actor.role is None or actor.membership_id is None:
        raise Conflict(_("请先选择身份，再建立令牌。"))
    refuse_excess(session, ApiToken.account_id == actor.account_id)
    return write(
        session, actor, actor.account_id, actor.membership_id, actor.role, "personal", name, scopes, days, actor.site_id
    )


def mine(session: Session, actor: Actor) -> list[Listed]:
    """The actor's own tokens, the newest first."""
    return listed(session, and_(ApiToken.account_id == actor.account_id, ApiToken.kind == "personal"))


def revoke(session: Session, actor: Actor, token_id: UUID) -> None:
    """End one's own token at once."""
    row = end(session, and_(ApiToken.id == token_id, ApiToken.account_id == actor.account_id))
    tell(session, actor, row)


def write(
    session: Session,
    actor: Actor,
    account_id: UUID,
    membership_id: UUID,
    role: Role,
    kind: str,
    name: str,
    scopes: Collection[str],
    days: int,
    site_id: UUID | None,
) -> str:
    """Keep a token's hash and what it may do, never more than the role; told in the trail."""
    allowed = sorted(Permission(scope).value for scope in set(scopes) if scope in permissions_of(role))
    if not allowed or len(allowed) < len(set(scopes)):
        raise Invalid(_("请至少选择一项权限，且不超出身份的权限。"), {"scopes": [_("请选择权限")]})
    token, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    row = ApiToken(
        id=uuid7(),
        account_id=account_id,
        membership_id=membership_id,
        site_id=site_id,
        name=name,
        kind=kind,
        hint=token[:8],
        token_hash=digest(token),
        scopes=allowed,
        created_by=actor.account_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "tokens.created", "token", row.id, kind=kind, scopes=allowed, days=days)
    return token


def listed(session: Session, which: ColumnElement[bool]) -> list[Listed]:
    rows = session.execute(
        select(
            ApiToken.id,
            ApiToken.name,
            ApiToken.kind,
            ApiToken.hint,
            ApiToken.scopes,
            Membership.role,
            Account.name,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.last_used_at,
            ApiToken.last_address,
            ApiToken.revoked_at,
            Membership.ended_at,
        )
        .join(Account, Account.id == ApiToken.account_id)
        .join(Membership, Membership.id == ApiToken.membership_id)
        .where(which)
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
        .limit(200)
    ).all()
    return [
        Listed(**{**dict(zip(NAMES, row, strict=True)), "scopes": tuple(row[4]), "role": Role(row[5])}) for row in rows
    ]


def end(session: Session, which: ColumnElement[bool]) -> ApiToken:
    """Revoke the one token meant, if it lives; raises NotFound."""
    row = session.scalar(
        update(ApiToken)
        .where(which, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(ApiToken)
        .execution_options(synchronize_session=False)
    )
    if row is None:
        raise NotFound(_("没有这个令牌。"))
    return row


def tell(session: Session, actor: Actor, row: ApiToken) -> None:
    audit.record(session, actor, "tokens.revoked", "token", row.id, kind=row.kind)


def refuse_excess(session: Session, which: ColumnElement[bool]) -> None:
    """Raises Conflict when so many live already that one more would hide the others."""
    live = select(ApiToken.id).where(which, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
    if len(session.scalars(live.limit(MOST)).all()) >= MOST:
        raise Conflict(_("令牌已达 {count} 个，请先撤销不用的。", count=MOST))
