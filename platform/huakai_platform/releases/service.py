"""Planning a release: its edition, its sites and its waves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.onboarding.scope import institution_of
from huakai_platform.releases import choosing
from huakai_platform.releases.models import Release, ReleaseSite, State, Wave
from huakai_platform.standards import service as standards

WHOLE = 100


@dataclass(frozen=True)
class Part:
    """A wave as it is planned: from which day, and how many percent of the sites."""

    starts_on: date
    percent: int


@dataclass(frozen=True)
class Plan:
    edition_id: UUID
    title: str
    note: str | None
    act_by: date | None
    most_failures: int | None
    most_drop: Decimal | None
    waves: Sequence[Part]


def plan(session: Session, actor: Actor, wanted: Plan, asked: Mapping[str, Any]) -> UUID:
    """Write a release down with its sites shared out among its waves; nothing reaches any site yet.

    Raises Invalid when no site is left by the choice, or when the waves do not add up.
    """
    _check(wanted.waves)
    edition = standards.edition(session, wanted.edition_id)
    sites = choosing.find(session, actor, edition, asked)
    if not sites:
        raise Invalid(_("没有符合条件、仍在使用更早版本的站点。"))
    release = Release(
        id=uuid7(),
        institution_id=institution_of(actor),
        edition_id=edition.id,
        title=wanted.title,
        note=wanted.note,
        act_by=wanted.act_by,
        most_failures=wanted.most_failures,
        most_drop=wanted.most_drop,
        chosen={name: value for name, value in asked.items() if value},
        state=State.PLANNED,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    session.add(release)
    session.flush()
    shared = shares([one.percent for one in wanted.waves], len(sites))
    session.execute(
        insert(Wave),
        [
            {"release_id": release.id, "number": number, "starts_on": one.starts_on}
            for number, one in enumerate(wanted.waves, 1)
        ],
    )
    session.execute(
        insert(ReleaseSite),
        [
            {"release_id": release.id, "site_id": site.id, "wave": wave}
            for site, wave in zip(sites, shared, strict=True)
        ],
    )
    about = {"edition": edition.number, "sites": len(sites), "waves": len(wanted.waves)}
    audit.record(session, actor, "releases.planned", "edition_release", release.id, **about)
    return release.id


def shares(percents: Sequence[int], count: int) -> list[int]:
    """The wave of each of `count` sites, the first waves first; the last takes what rounding leaves."""
    bounds, so_far = [], 0
    for percent in percents:
        so_far += percent
        bounds.append(-(-count * so_far // WHOLE))
    return [next(number for number, bound in enumerate(bounds, 1) if place < bound) for place in range(count)]


def get(session: Session, actor: Actor, release_id: UUID, *, lock: bool = False) -> Release:
    """A release of the actor's institution; raises NotFound for any other."""
    wanted = select(Release).where(Release.id == release_id, Release.institution_id == institution_of(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    if found := session.scalar(wanted):
        return found
    raise NotFound(_("没有这次发布。"))


def waves(session: Session, release_id: UUID) -> Sequence[Wave]:
    return session.scalars(select(Wave).where(Wave.release_id == release_id).order_by(Wave.number)).all()


def move(session: Session, actor: Actor, release_id: UUID, sites: Sequence[UUID], wave: int) -> int:
    """Put sites of a release that has not begun into another wave; how many there were."""
    _not_begun(get(session, actor, release_id, lock=True))
    if wave not in {one.number for one in waves(session, release_id)}:
        raise NotFound(_("没有这一批。"))
    mine = (ReleaseSite.release_id == release_id, ReleaseSite.site_id.in_(sites))
    moved = session.scalars(update(ReleaseSite).where(*mine).values(wave=wave).returning(ReleaseSite.site_id)).all()
    audit.record(session, actor, "releases.shared_out", "edition_release", release_id, sites=len(moved), wave=wave)
    return len(moved)


def leave_out(session: Session, actor: Actor, release_id: UUID, sites: Sequence[UUID]) -> int:
    """Take sites out of a release that has not begun; how many there were. Raises Conflict when none would stay."""
    _not_begun(get(session, actor, release_id, lock=True))
    mine = (ReleaseSite.release_id == release_id, ReleaseSite.site_id.in_(sites))
    gone = session.scalars(delete(ReleaseSite).where(*mine).returning(ReleaseSite.site_id)).all()
    if not session.scalar(select(func.count()).where(ReleaseSite.release_id == release_id)):
        raise Conflict(_("至少要留下一个站点；不想发布时请结束这次发布。"))
    audit.record(session, actor, "releases.left_out", "edition_release", release_id, sites=len(gone))
    return len(gone)


def _not_begun(release: Release) -> None:
    if release.state != State.PLANNED:
        raise Conflict(_("发布已经开始，不能再改站点和批次。"))


def _check(waves: Sequence[Part]) -> None:
    days = [one.starts_on for one in waves]
    if not waves or sum(one.percent for one in waves) != WHOLE:
        raise Invalid(_("填写的内容有误。"), {"waves": [_("各批次的比例加起来要等于 100%。")]})
    if days != sorted(days):
        raise Invalid(_("填写的内容有误。"), {"waves": [_("后面批次的日期不能早于前面的批次。")]})
    if days[0] < clock.today():
        raise Invalid(_("填写的内容有误。"), {"waves": [_("第一批的日期不能早于今天。")]})
