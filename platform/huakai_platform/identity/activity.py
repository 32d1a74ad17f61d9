"""When somebody last signed in, and from where: shown to them, so that they notice a stranger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.identity.models import AccountActivity
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor


@dataclass(frozen=True)
class SignedIn:
    at: datetime
    address: str


def record(session: Session, actor: Actor, address: str, *, second_factor: bool) -> SignedIn | None:
    """Note a completed sign-in and tell of the one before it."""
    statement = insert(AccountActivity).values(account_id=actor.account_id, last_at=clock.now(), last_address=address)
    row = session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccountActivity.account_id],
            set_={
                "before_at": AccountActivity.last_at,
                "before_address": AccountActivity.last_address,
                "last_at": statement.excluded.last_at,
                "last_address": statement.excluded.last_address,
            },
        ).returning(AccountActivity.before_at, AccountActivity.before_address)
    ).one()
    audit.record(session, actor, "sessions.signed_in", "account", actor.account_id, second_factor=second_factor)
    return SignedIn(row.before_at, row.before_address or "") if row.before_at else None


def before(session: Session, account_id: UUID) -> SignedIn | None:
    """The sign-in before the present one."""
    row = session.execute(
        select(AccountActivity.before_at, AccountActivity.before_address).where(
            AccountActivity.account_id == account_id
        )
    ).one_or_none()
    return SignedIn(row.before_at, row.before_address or "") if row and row.before_at else None
