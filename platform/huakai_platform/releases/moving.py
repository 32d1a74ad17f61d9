"""Moving one site to a release's edition, and back: whole, or not at all."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import Conflict, HuakaiError, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.releases import pins
from huakai_platform.releases.models import Reached, Release, ReleaseSite, State
from huakai_platform.standards import pinned
from huakai_platform.standards.models import Edition


class Held(Conflict):
    """The site is pinned."""


class Dropped(Conflict):
    """The site's score would fall by more than the release allows."""


@dataclass(frozen=True)
class Task:
    """A site and its place in a release, both locked, with the numbers of the edition it has and of the one to come."""

    release: Release
    place: ReleaseSite
    site: Site
    number: int
    target: int
    asked_by: UUID | None


def take(session: Session, operation_id: UUID, site_id: UUID) -> Task:
    """What an item of a release's operation asks for. Raises NotFound."""
    about = session.execute(
        select(Operation.params, Operation.created_by).where(Operation.id == operation_id)
    ).one_or_none()
    row = (
        about
        and session.execute(
            select(ReleaseSite, Site, Release)
            .join(Site, Site.id == ReleaseSite.site_id)
            .join(Release, Release.id == ReleaseSite.release_id)
            .where(ReleaseSite.release_id == UUID(about.params["release"]), ReleaseSite.site_id == site_id)
            .with_for_update(of=(Site, ReleaseSite))
        ).one_or_none()
    )
    if about is None or row is None:
        raise NotFound(_("没有这次发布。"))
    place, site, release = row
    wanted = select(Edition.id, Edition.number).where(Edition.id.in_([site.edition_id, release.edition_id]))
    numbers = {one.id: one.number for one in session.execute(wanted)}
    return Task(release, place, site, numbers[site.edition_id], numbers[release.edition_id], about.created_by)


def admit(session: Session, task: Task) -> None:
    """Raises Conflict with the reason when the site cannot be moved, Held when it is pinned."""
    if task.site.state not in WORKING:
        raise Conflict(_("站点没有开放，不采用标准。"))
    if task.number >= task.target:
        raise Conflict(_("站点已经使用第 {number} 版。", number=task.number))
    if pin := pins.of(session, task.site.id):
        raise Held(_("站点固定在原版本，至 {day}。", day=pin.until.isoformat()))


def move(session: Session, task: Task) -> UUID:
    """Put the site on the release's edition; the edition that it leaves."""
    left = task.site.edition_id
    assert left is not None
    task.site.edition_id, task.site.version = task.release.edition_id, task.site.version + 1
    session.flush()
    pinned.forget(session)
    return left


def moved(task: Task, left: UUID, before: Decimal | None, after: Decimal | None) -> None:
    """Write down that the site was moved, and what that did to its score.

    Raises Dropped when that is more than the release allows.
    """
    most = task.release.most_drop
    if most is not None and before is not None and after is not None and before - after > most:
        raise Dropped(
            _("得分将从 {before} 降到 {after}，超过允许的 {most} 分，没有更换。", before=before, after=after, most=most)
        )
    task.place.state, task.place.from_edition_id = Reached.MOVED, left
    task.place.before, task.place.after = before, after
    task.place.error, task.place.moved_at, task.place.confirmed_at = None, clock.now(), None


def bring_back(session: Session, task: Task) -> UUID:
    """Put the site on the edition that it came from; the one that it leaves. Raises Conflict when it went on since."""
    if task.site.edition_id != task.release.edition_id or task.place.from_edition_id is None:
        raise Conflict(_("站点后来又换过版本，不能撤回这一次。"))
    left = task.site.edition_id
    task.site.edition_id, task.site.version = task.place.from_edition_id, task.site.version + 1
    task.place.state = Reached.BACK
    session.flush()
    pinned.forget(session)
    return left


def failed(session: Session, task: Task, refused: HuakaiError) -> bool:
    """Write down why a site was not reached; whether that makes one failure too many. A pinned one is none."""
    task.place.state = Reached.HELD if isinstance(refused, Held) else Reached.FAILED
    task.place.error = refused.message
    session.flush()
    lost = select(func.count()).where(ReleaseSite.release_id == task.release.id, ReleaseSite.state == Reached.FAILED)
    most = task.release.most_failures
    return most is not None and (session.scalar(lost) or 0) > most


def running(task: Task) -> bool:
    """Whether the release still goes on, and the site waits for it."""
    return task.release.state == State.RUNNING and task.place.state in (Reached.WAITING, Reached.FAILED)


def confirm(session: Session, release_id: UUID, site_id: UUID) -> None:
    """Write down that a room has read what changed."""
    place = session.get(ReleaseSite, (release_id, site_id))
    if place and place.confirmed_at is None:
        place.confirmed_at = clock.now()
