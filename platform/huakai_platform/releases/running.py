"""Steering a release: begin, pause, go on, end, and take back what it did."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.releases import pins, service, trials
from huakai_platform.releases.models import Reached, Release, ReleaseSite, State, Wave

KIND, BACK = "release", "release_back"
MORNING = time(8)
"""When a wave of a later day begins, in China."""
OPEN = (Reached.WAITING, Reached.FAILED, Reached.HELD)
"""States in which a site is still to be reached."""


def launch(session: Session, actor: Actor, release_id: UUID) -> None:
    """Begin a release: each wave on its day. Raises Conflict before every site was tried."""
    release = service.get(session, actor, release_id, lock=True)
    if release.state != State.PLANNED:
        raise Conflict(_("发布已经开始或结束。"))
    if not trials.complete(session, release_id):
        raise Conflict(_("请先完成演练，看过结果再发布。"))
    release.state, release.launched_by, release.launched_at = State.RUNNING, actor.account_id, clock.now()
    sites = _begin(session, actor, release)
    audit.record(session, actor, "releases.launched", "edition_release", release_id, sites=sites)


def pause(session: Session, actor: Actor, release_id: UUID) -> None:
    """Reach no further site; a site in hand is finished, whole."""
    release = service.get(session, actor, release_id, lock=True)
    if release.state != State.RUNNING:
        raise Conflict(_("发布没有在进行，不能暂停。"))
    release.state = State.PAUSED
    stopped = _stop(session, release_id)
    audit.record(session, actor, "releases.paused", "edition_release", release_id, sites=stopped)


def resume(session: Session, actor: Actor, release_id: UUID) -> None:
    """Go on with every site that was not reached, those that failed or were held once more."""
    release = service.get(session, actor, release_id, lock=True)
    if release.state not in (State.PAUSED, State.RUNNING):
        raise Conflict(_("发布没有开始或已经结束，不能继续。"))
    _stop(session, release_id)
    release.state, release.stopped_why = State.RUNNING, None
    if not (sites := _begin(session, actor, release)):
        raise Conflict(_("没有还要发布的站点。"))
    audit.record(session, actor, "releases.resumed", "edition_release", release_id, sites=sites)


def end(session: Session, actor: Actor, release_id: UUID) -> None:
    """Close a release for good: who has not been reached stays on its edition."""
    release = service.get(session, actor, release_id, lock=True)
    if release.state == State.ENDED:
        raise Conflict(_("发布已经开始或结束。"))
    release.state = State.ENDED
    stopped = _stop(session, release_id)
    audit.record(session, actor, "releases.ended", "edition_release", release_id, sites=stopped)


def take_back(session: Session, actor: Actor, release_id: UUID, *, wave: int | None, sites: Collection[UUID]) -> UUID:
    """Bring a wave, or some sites, back to the edition they came from; the operation that does it.

    Raises Conflict when none of them was moved.
    """
    release = service.get(session, actor, release_id, lock=True)
    asked = ReleaseSite.wave == wave if wave is not None else ReleaseSite.site_id.in_(sites)
    rows = _sites(session, release_id, asked, ReleaseSite.state == Reached.MOVED)
    if not rows:
        raise Conflict(_("其中没有已经换到新版本的站点。"))
    title = _("撤回发布“{title}”：{count} 个站点", title=release.title, count=len(rows))
    begun = operations.start(session, actor, BACK, title, rows, release=str(release_id))
    audit.record(session, actor, "releases.taken_back", "edition_release", release_id, sites=len(rows), wave=wave)
    return begun.id


def stop(session: Session, release_id: UUID, why: Message, *, failed: UUID) -> bool:
    """Pause a release because its own condition is met; False when it does not run any more.

    The site that `failed` is not called off: whoever has it in hand says why it was not reached.
    """
    running = (Release.id == release_id, Release.state == State.RUNNING)
    paused = update(Release).where(*running).values(state=State.PAUSED, stopped_why=why).returning(Release.id)
    if session.execute(paused).first() is None:
        return False
    _stop(session, release_id, besides=failed)
    return True


def _begin(session: Session, actor: Actor, release: Release) -> int:
    """An operation for every wave with sites to reach; how many sites those are. The pinned are left out."""
    begun = 0
    held = pins.held(clock.today())
    _mark(session, release.id, ReleaseSite.site_id.in_(held), Reached.HELD)
    for wave in service.waves(session, release.id):
        free = (ReleaseSite.wave == wave.number, ReleaseSite.site_id.not_in(held))
        if rows := _sites(session, release.id, *free, ReleaseSite.state.in_(OPEN)):
            _mark(session, release.id, ReleaseSite.wave == wave.number, Reached.WAITING, free)
            wave.operation_id = _operation(session, actor, release, wave, rows)
            begun += len(rows)
    return begun


def _operation(session: Session, actor: Actor, release: Release, wave: Wave, rows: Sequence[tuple[UUID, str]]) -> UUID:
    title = _("发布“{title}”第 {wave} 批：{count} 个站点", title=release.title, wave=wave.number, count=len(rows))
    at = _morning(wave.starts_on)
    return operations.start(session, actor, KIND, title, rows, begins_at=at, release=str(release.id)).id


def _morning(day: date) -> datetime | None:
    return datetime.combine(day, MORNING, clock.CHINA) if day > clock.today() else None


def _stop(session: Session, release_id: UUID, *, besides: UUID | None = None) -> int:
    begun = session.scalars(select(Wave.operation_id).where(Wave.release_id == release_id))
    return operations.call_off(session, [one for one in begun if one], besides=besides)


def _sites(session: Session, release_id: UUID, *which: ColumnElement[bool]) -> list[tuple[UUID, str]]:
    wanted = (
        select(Site.id, Site.name)
        .join(ReleaseSite, ReleaseSite.site_id == Site.id)
        .where(ReleaseSite.release_id == release_id, *which)
        .order_by(Site.code)
    )
    return [(row.id, row.name) for row in session.execute(wanted)]


def _mark(
    session: Session, release_id: UUID, which: ColumnElement[bool], state: Reached, more: Sequence[Any] = ()
) -> None:
    others = set(OPEN) - {state}
    mine = (ReleaseSite.release_id == release_id, ReleaseSite.state.in_(others), which, *more)
    session.execute(update(ReleaseSite).where(*mine).values(state=state, error=None))
