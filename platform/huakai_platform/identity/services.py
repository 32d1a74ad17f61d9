"""Tokens of services: an account without a password, one role, and its key; apart from any person."""

import secrets
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from huakai_platform.identity import tokens
from huakai_platform.identity.memberships import Scope, refuse_beyond
from huakai_platform.identity.models import Account, ApiToken, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7


def create(session: Session, actor: Actor, *, name: str, scope: Scope, scopes: list[str], days: int) -> str:
    """A service of the actor's room, or of the institution's console, in one role; gives its token."""
    scope.check()
    refuse_beyond(actor, scope)
    if scope.role.plane != ("room" if actor.site_id else "console"):
        raise Invalid(_("角色与范围不相符。"), {"role": [_("请选择本端的角色")]})
    tokens.refuse_excess(session, here(actor))
    account_id, membership_id, now = uuid7(), uuid7(), clock.now()
    login = f"service-{secrets.token_hex(6)}"
    session.add(Account(id=account_id, name=name, login_name=login, created_at=now))
    session.flush()
    session.add(
        Membership(
            id=membership_id,
            account_id=account_id,
            institution_id=actor.institution_id,
            role=scope.role.value,
            site_id=scope.site_id,
            region_code=scope.region_code,
            valid_until=scope.valid_until,
            created_at=now,
        )
    )
    session.flush()
    return tokens.write(
        session, actor, account_id, membership_id, scope.role, "service", name, scopes, days, scope.site_id
    )


def of(session: Session, actor: Actor) -> list[tokens.Listed]:
    """The service tokens of the place, and in a room its people's own, too."""
    return tokens.listed(session, here(actor))


def revoke(session: Session, actor: Actor, token_id: UUID) -> None:
    """End a token of the place at once; a service loses its role with it."""
    revoked = tokens.end(session, and_(ApiToken.id == token_id, here(actor)))
    if revoked.kind == "service":
        session.execute(
            update(Membership)
            .where(Membership.id == revoked.membership_id, Membership.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
    tokens.tell(session, actor, revoked)


def here(actor: Actor) -> ColumnElement[bool]:
    """The tokens that act where the actor governs."""
    if actor.site_id:
        return ApiToken.site_id == actor.site_id
    held = aliased(Membership)
    ours = exists().where(held.id == ApiToken.membership_id, held.institution_id == actor.institution_id)
    return and_(ApiToken.site_id.is_(None), ApiToken.kind == "service", ours)


def is_service() -> ColumnElement[bool]:
    """True for accounts that stand for a service, which nobody signs in with."""
    return exists(select(ApiToken.id).where(ApiToken.account_id == Account.id, ApiToken.kind == "service"))
