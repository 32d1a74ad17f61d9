"""A token's visitor: found by its hash, with the rights of its role and scopes as they are at this moment."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import throttling
from huakai_platform.identity.models import Account, ApiToken, Institution, Membership
from huakai_platform.identity.sessions import digest
from huakai_platform.identity.throttling import Brake
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Permission, Role, permissions_of
from huakai_platform.kernel.sites import Site
from huakai_platform.web.context import Visitor

TOUCH = timedelta(minutes=1)
WRONG = 30
"""Wrong tokens from one neighbourhood before each further one has to wait."""


def recognise(connection: Connection, token: str, address: str) -> Visitor | None:
    """The visitor of a token, in one statement; use seen once a minute is also written down."""
    now = clock.now()
    found = {"token_hash": digest(token), "now": now, "today": clock.today()}
    row = connection.execute(_BEARER, found).one_or_none()
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > TOUCH:
        used = update(ApiToken).where(ApiToken.id == row.token_id)
        connection.execute(used.values(last_used_at=now, last_address=address[:64]))
    role = Role(row.role)
    held = permissions_of(role)
    actor = Actor(
        account_id=row.account_id,
        name=row.name,
        role=role,
        membership_id=row.membership_id,
        institution_id=row.institution_id,
        institution_name=row.institution_name,
        site_id=row.site_id,
        site_name=row.site_name or "",
        region_code=row.region_code,
        valid_until=row.valid_until,
        token_id=row.token_id,
        locale=row.locale,
        permissions=frozenset(one for one in held if one in row.scopes) | {Permission.SELF},
    )
    return Visitor(actor, False, row.site_state)


def slow_down(session: Session, address: str) -> None:
    """Count a wrong token by the neighbourhood it came from. Raises TooMany."""
    throttling.charge(session, [Brake(f"bearer|block|{throttling.block(address)}", WRONG)])


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ApiToken.id.label("token_id"),
            ApiToken.scopes,
            ApiToken.last_used_at,
            Account.id.label("account_id"),
            Account.name,
            Account.locale,
            Membership.id.label("membership_id"),
            Membership.role,
            Membership.region_code,
            Membership.valid_until,
            Membership.site_id,
            Institution.id.label("institution_id"),
            Institution.short_name.label("institution_name"),
            Site.name.label("site_name"),
            Site.state.label("site_state"),
        )
        .join(Account, Account.id == ApiToken.account_id)
        .join(Membership, Membership.id == ApiToken.membership_id)
        .join(Institution, Institution.id == Membership.institution_id)
        .outerjoin(Site, Site.id == Membership.site_id)
        .where(
            ApiToken.token_hash == bindparam("token_hash"),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > bindparam("now"),
            Account.disabled_at.is_(None),
            Membership.account_id == Account.id,
            Membership.ended_at.is_(None),
            or_(Membership.valid_from.is_(None), Membership.valid_from <= bindparam("today")),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= bindparam("today")),
            or_(Site.id.is_(None), Site.state.notin_(["closed", "declined"])),
        )
    )


_BEARER = _statement()
