"""What an administrator does with accounts: disable, enable, take away a lost second factor."""

from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import devices, memberships, second_factor
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _


def disable(session: Session, actor: Actor, account_id: UUID) -> None:
    """Shut an account out at once, on every device; never oneself, never the last administrator."""
    find(session, actor, account_id)
    if account_id == actor.account_id:
        raise Conflict(_("不能停用自己的账号。"))
    memberships.refuse_shared(session, actor, account_id)
    memberships.refuse_last(session, actor, Role.INSTITUTION_ADMIN, None, leaving=Membership.account_id == account_id)
    session.execute(update(Account).where(Account.id == account_id).values(disabled_at=clock.now()))
    devices.revoke_all(session, account_id)
    audit.record(session, actor, "accounts.disabled", "account", account_id)


def enable(session: Session, actor: Actor, account_id: UUID) -> None:
    find(session, actor, account_id)
    memberships.refuse_shared(session, actor, account_id)
    session.execute(update(Account).where(Account.id == account_id).values(disabled_at=None))
    audit.record(session, actor, "accounts.enabled", "account", account_id)


def drop_second_factor(session: Session, actor: Actor, account_id: UUID) -> None:
    """For a lost telephone: the next sign-in asks for the password alone; every device is signed out."""
    find(session, actor, account_id)
    if account_id == actor.account_id:
        raise Conflict(_("请在“我的账号”中关闭自己的两步验证。"))
    memberships.refuse_shared(session, actor, account_id)
    second_factor.turn_off(session, account_id)
    devices.revoke_all(session, account_id)
    audit.record(session, actor, "accounts.second_factor_dropped", "account", account_id)


def find(session: Session, actor: Actor, account_id: UUID) -> None:
    """Raises NotFound for an account without any membership at the actor's institution."""
    mine = exists().where(Membership.account_id == Account.id, Membership.institution_id == actor.institution_id)
    if not session.scalar(select(Account.id).where(Account.id == account_id, mine)):
        raise NotFound(_("没有这个账号。"))
