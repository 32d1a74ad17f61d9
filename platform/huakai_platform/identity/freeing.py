"""Telephone numbers and addresses become free with the last role; the account and its trail stay."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.sites import Site, SiteState

MOST = 500
"""So many in one sweep; the next one takes the others."""


def free(session: Session, account_ids: Collection[UUID]) -> list[UUID]:
    """Free what these accounts sign in with, of those that hold no role any more; gives which did.

    It stands in the platform's trail alone: whether a role was the last one is not a room's to know.
    """
    freed = session.scalars(
        update(Account)
        .where(Account.id.in_(account_ids), _holds_something(), ~_has_a_role())
        .values(email=None, phone_lookup=None)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    ).all()
    for account_id in freed:
        audit.record(session, None, "accounts.contacts_freed", "account", account_id)
    return list(freed)


def sweep(session: Session) -> None:
    """Free what the accounts hold whose last role has expired, or whose room has closed, since the last sweep."""
    former = select(Account.id).where(_holds_something(), ~_has_a_role()).order_by(Account.id).limit(MOST)
    if found := session.scalars(former).all():
        free(session, found)


def _holds_something() -> ColumnElement[bool]:
    return or_(Account.email.is_not(None), Account.phone_lookup.is_not(None))


def _has_a_role() -> ColumnElement[bool]:
    """As `known.Held.lasts`: neither ended nor expired, at a site that is not closed for good."""
    closed = exists().where(Site.id == Membership.site_id, Site.state == SiteState.CLOSED.value)
    expired = and_(Membership.valid_until.is_not(None), Membership.valid_until < clock.today())
    return exists().where(Membership.account_id == Account.id, Membership.ended_at.is_(None), ~expired, ~closed)
