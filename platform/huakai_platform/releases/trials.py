"""What a release would do to a site, found out without doing it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import Ending
from huakai_platform.kernel.sites import Site
from huakai_platform.releases import service
from huakai_platform.releases.models import Reached, Release, ReleaseSite, State

KIND = "release_check"


@dataclass(frozen=True)
class Trial:
    """Counts of items that change for the site, of answers and runs that are concerned, and its score in percent."""

    changes: Mapping[str, int]
    """By `difference.Sort`."""
    open_runs: int
    """Checklists in hand that finish under the edition they began with."""
    to_review: int
    """Latest answers to items that were tightened or changed."""
    failing: int
    """Of these, how many are no longer good."""
    before: str | None
    after: str | None
    grade_before: str | None
    grade_after: str | None

    @property
    def drop(self) -> Decimal:
        """Percentage points that are lost; below zero where the score rises."""
        return Decimal(self.before) - Decimal(self.after) if self.before and self.after else Decimal()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**kept)


def start(session: Session, actor: Actor, release_id: UUID) -> UUID:
    """Begin the dry run of all sites that were not reached yet; the operation. Raises Conflict while one is running."""
    release = service.get(session, actor, release_id, lock=True)
    if release.state not in (State.PLANNED, State.PAUSED):
        raise Conflict(_("发布正在进行或已经结束，不能演练。"))
    if running(session, release):
        raise Conflict(_("演练正在进行。"))
    waiting = select(Site.id, Site.name).join(ReleaseSite, ReleaseSite.site_id == Site.id)
    rows = session.execute(
        waiting.where(ReleaseSite.release_id == release_id, ReleaseSite.state != Reached.MOVED).order_by(Site.code)
    ).all()
    session.execute(
        update(ReleaseSite)
        .where(ReleaseSite.release_id == release_id, ReleaseSite.state != Reached.MOVED)
        .values(trial=None)
    )
    title = _("演练发布“{title}”：{count} 个站点", title=release.title, count=len(rows))
    begun = operations.start(session, actor, KIND, title, [(row.id, row.name) for row in rows], release=str(release_id))
    release.check_id = begun.id
    audit.record(session, actor, "releases.tried", "edition_release", release_id, sites=len(rows))
    return begun.id


def running(session: Session, release: Release) -> bool:
    return bool(release.check_id and operations.progress(session, release.check_id).ending is Ending.RUNNING)


def complete(session: Session, release_id: UUID) -> bool:
    """Whether every site that is still to be reached has been tried."""
    untried = select(ReleaseSite.site_id).where(
        ReleaseSite.release_id == release_id, ReleaseSite.state == Reached.WAITING, ReleaseSite.trial.is_(None)
    )
    return session.execute(untried.limit(1)).first() is None


def keep(session: Session, release_id: UUID, site_id: UUID, found: Trial) -> None:
    """Write a site's trial down, in place of an earlier one."""
    session.execute(
        update(ReleaseSite)
        .where(ReleaseSite.release_id == release_id, ReleaseSite.site_id == site_id)
        .values(trial=asdict(found))
    )
