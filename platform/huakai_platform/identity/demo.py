"""Six people to try everything with, all with one password. For demonstrations only."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import invitations, passwords
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.sites import Site, SiteState

LUOLONG = "410311000000"
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Part:
    name: str
    login: str
    scope: Scope


PARTS = (
    Part("陈院长", "admin", Scope(Role.INSTITUTION_ADMIN)),
    Part("洛龙区办", "office", Scope(Role.REGIONAL_OFFICE, region_code=LUOLONG)),
    Part("周评估", "auditor", Scope(Role.AUDITOR)),
    Part("李站长", "head", Scope(Role.SITE_HEAD)),
    Part("王咨询", "counsellor", Scope(Role.COUNSELLOR)),
    Part("赵社工", "worker", Scope(Role.SITE_WORKER)),
)


def accounts(session: Session, settings: Settings, institution_id: UUID, *, password: str) -> list[Row]:
    """The six sign-ins as (role, name, account name, site); those of a room once a site of 洛龙区 (or any) is open."""
    site = _site(session, institution_id)
    logins = [part.login for part in PARTS]
    there = set(session.scalars(select(Account.login_name).where(Account.login_name.in_(logins))))
    password_hash = passwords.hashed(password) if len(there) < len(PARTS) else ""
    rows: list[Row] = []
    for part in PARTS:
        at_site = part.scope.role.plane == "room"
        if at_site and site is None:
            continue
        if part.login not in there:
            _create(session, settings, institution_id, part, site.id if site and at_site else None, password_hash)
        rows.append((part.scope.role.label, part.name, part.login, site.name if site and at_site else "—"))
    return rows


def _create(
    session: Session, settings: Settings, institution_id: UUID, part: Part, site_id: UUID | None, password_hash: str
) -> None:
    scope = replace(part.scope, site_id=site_id)
    if scope.role is Role.AUDITOR:
        scope = replace(scope, valid_from=clock.today(), valid_until=clock.today() + timedelta(days=365))
    made = invitations.invite(
        session,
        institution_id=institution_id,
        name=part.name,
        login_name=part.login,
        lookup_key=settings.lookup_key,
        **vars(scope),
    )
    session.execute(update(Account).where(Account.id == made.account_id).values(password_hash=password_hash))


def _site(session: Session, institution_id: UUID) -> Site | None:
    """Where the demonstration's staff work already, else the first open site, one of 洛龙区 before others."""
    staffed = (
        select(Membership.site_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Account.login_name == "head")
        .scalar_subquery()
    )
    return session.scalars(
        select(Site)
        .where(Site.institution_id == institution_id, Site.state == SiteState.OPEN)
        .order_by((Site.id == staffed).desc().nulls_last(), Site.ancestors.contains([LUOLONG]).desc(), Site.code)
        .limit(1)
    ).one_or_none()
