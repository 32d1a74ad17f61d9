"""What is known of one site: its people, its history, its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.models import SiteEvent, SiteIntake
from huakai_platform.regions import service as regions

Event = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Dossier:
    site: Site
    path: Sequence[tuple[str, str]]
    """Code and name of every region above, the country first."""
    posts: Sequence[tuple[str, str]]
    """A and B with their names, until the site is opened."""
    members: int
    history: Sequence[Event]

    @property
    def place(self) -> str:
        return " / ".join(name for code, name in self.path if code != regions.COUNTRY)


def of(session: Session, actor: Actor, site_id: UUID) -> Dossier:
    """Raises NotFound for a site beyond the actor's reach."""
    site = reach.site(session, actor, site_id)
    return Dossier(
        site,
        regions.path(session, site.region_code),
        _posts(session, site),
        _members(session, site),
        _history(session, site),
    )


def _posts(session: Session, site: Site) -> list[tuple[str, str]]:
    people = session.scalar(select(SiteIntake.people).where(SiteIntake.site_id == site.id)) or {}
    return [(post, str(people[post].get("name", ""))) for post in ("A", "B") if post in people]


def _members(session: Session, site: Site) -> int:
    present = select(func.count(Membership.account_id.distinct())).where(
        Membership.site_id == site.id, Membership.ended_at.is_(None)
    )
    return session.scalar(present) or 0


def _history(session: Session, site: Site) -> Sequence[Event]:
    return session.execute(
        select(
            SiteEvent.at,
            SiteEvent.from_state,
            SiteEvent.to_state,
            SiteEvent.reason,
            SiteEvent.details,
            Account.name.label("who"),
        )
        .outerjoin(Account, Account.id == SiteEvent.account_id)
        .where(SiteEvent.site_id == site.id)
        .order_by(SiteEvent.at.desc(), SiteEvent.id.desc())
    ).all()
