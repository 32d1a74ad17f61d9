"""As whom a command acts: the institution's administrator, the first or the one named."""

import click
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from huakai_deploy.commands.output import said
from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

as_option = click.option("--as", "login", metavar="LOGIN", help=said(_("以哪位机构管理员的身份；默认第一位")))


def administrator(session: Session, login: str | None = None) -> Actor:
    """The actor of a command; one who has left, or is no administrator, cannot be it."""
    today = clock.today()
    query = (
        select(Account.id, Account.name, Membership.id.label("membership_id"), Institution.id.label("institution_id"))
        .add_columns(Institution.name.label("institution_name"))
        .join(Membership, Membership.account_id == Account.id)
        .join(Institution, Institution.id == Membership.institution_id)
        .where(
            Membership.role == Role.INSTITUTION_ADMIN,
            Membership.ended_at.is_(None),
            or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
            Account.disabled_at.is_(None),
        )
        .order_by(Membership.created_at, Membership.id)
        .limit(1)
    )
    if login:
        query = query.where(func.lower(Account.login_name) == login.lower())
    found = session.execute(query).first()
    if found is None:
        raise HuakaiError(
            _("没有机构管理员“{login}”。", login=login)
            if login
            else _("还没有机构管理员：请先用 huakai accounts create 建立一位。")
        )
    return Actor(
        account_id=found.id,
        name=found.name,
        role=Role.INSTITUTION_ADMIN,
        membership_id=found.membership_id,
        institution_id=found.institution_id,
        institution_name=found.institution_name,
        permissions=permissions_of(Role.INSTITUTION_ADMIN),
    )
