"""Who acts where nobody is signed in: the person of a role, with the rights of this moment."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of


def actor_of(session: Session, account_id: UUID, membership_id: UUID) -> Actor | None:
    """The person in a role of the console; None where the role is over or the account is disabled."""
    row = session.execute(
        select(
            Account.name,
            Account.locale,
            Membership.role,
            Membership.region_code,
            Membership.valid_until,
            Institution.id.label("institution_id"),
            Institution.short_name,
        )
        .join(Account, Account.id == Membership.account_id)
        .join(Institution, Institution.id == Membership.institution_id)
        .where(
            Membership.id == membership_id,
            Membership.account_id == account_id,
            Membership.site_id.is_(None),
            Account.disabled_at.is_(None),
            in_force(clock.today()),
        )
    ).one_or_none()
    if row is None:
        return None
    role = Role(row.role)
    return Actor(
        account_id=account_id,
        name=row.name,
        role=role,
        membership_id=membership_id,
        institution_id=row.institution_id,
        institution_name=row.short_name,
        region_code=row.region_code,
        valid_until=row.valid_until,
        locale=row.locale,
        permissions=permissions_of(role),
    )
