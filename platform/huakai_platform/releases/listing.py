"""Releases and their sites as lists, counted by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Row, Select, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.scope import institution_of
from huakai_platform.releases.models import EditionPin, Reached, Release, ReleaseSite, State
from huakai_platform.standards.models import Edition

PAGE_SIZE = 50
STATES: dict[State, tuple[Message, str]] = {
    State.PLANNED: (_("准备中"), "mute"),
    State.RUNNING: (_("发布中"), "info"),
    State.PAUSED: (_("已暂停"), "warn"),
    State.ENDED: (_("已结束"), "mute"),
}
REACHED: dict[Reached, tuple[Message, str]] = {
    Reached.WAITING: (_("等待"), "mute"),
    Reached.MOVED: (_("已更换"), "ok"),
    Reached.FAILED: (_("失败"), "bad"),
    Reached.HELD: (_("已固定"), "warn"),
    Reached.BACK: (_("已撤回"), "info"),
}
EFFECTS: dict[str, Message] = {
    "falls": _("得分下降"),
    "rises": _("得分上升"),
    "same": _("得分不变"),
    "grade": _("等级变化"),
    "review": _("有答案要复核"),
    "unconfirmed": _("已更换，未确认"),
}
_TRIAL = ReleaseSite.trial
_BEFORE = cast(_TRIAL["before"].astext, Numeric)
_AFTER = cast(_TRIAL["after"].astext, Numeric)
_REVIEW = _TRIAL["to_review"].as_integer()
_RUNS = _TRIAL["open_runs"].as_integer()
_FAILING = _TRIAL["failing"].as_integer()
_GRADES = _TRIAL["grade_before"].astext.is_distinct_from(_TRIAL["grade_after"].astext)
SORTS: dict[str, InstrumentedAttribute[Any] | ColumnElement[Any]] = {
    "code": Site.code,
    "wave": ReleaseSite.wave,
    "effect": _AFTER - _BEFORE,
    "review": _REVIEW,
}
Listed = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Line:
    """A release with how many of its sites stand where."""

    release: Release
    number: int
    edition_title: Mapping[str, str]
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def count(self, state: str) -> int:
        return self.counts.get(state, 0)

    @property
    def done(self) -> bool:
        """Whether no site waits any more."""
        return not self.count(Reached.WAITING)


@dataclass(frozen=True)
class Summary:
    """What the dry run says of all sites together; scores in percent, averages over the sites that have both."""

    tried: int
    rises: int
    falls: int
    grades: int
    open_runs: int
    to_review: int
    failing: int
    before: Any
    after: Any


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Listed]
    total: int
    page: int
    names: Mapping[str, str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def place(self, row: Any) -> str:
        return sites.place(row.ancestors, self.names)


def unordered_query(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The institution's releases with their editions, in no order."""
    return (
        select(Release, Edition.number, Edition.title.label("edition_title"))
        .join(Edition, Edition.id == Release.edition_id)
        .where(Release.institution_id == institution_of(actor))
    )


def releases(session: Session, actor: Actor, page: int) -> tuple[list[Line], int]:
    """One page of releases, the newest first, and how many there are; an office sees the counts of its region."""
    total = session.scalar(select(func.count()).where(Release.institution_id == institution_of(actor))) or 0
    rows = session.execute(
        unordered_query(actor).order_by(Release.created_at.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    counted = count(session, actor, [row.Release.id for row in rows])
    return [Line(row.Release, row.number, row.edition_title, counted[row.Release.id]) for row in rows], total


def count(session: Session, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many sites within reach stand where, by release."""
    found: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    rows = session.execute(
        select(ReleaseSite.release_id, ReleaseSite.state, func.count())
        .join(Site, Site.id == ReleaseSite.site_id)
        .where(ReleaseSite.release_id.in_(ids), reach.within(actor))
        .group_by(ReleaseSite.release_id, ReleaseSite.state)
    )
    for release_id, state, number in rows:
        found[release_id][state] = number
    return found


def waves(session: Session, actor: Actor, release_id: UUID) -> dict[int, dict[str, int]]:
    """How many sites within reach stand where, by wave."""
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(ReleaseSite.wave, ReleaseSite.state, func.count())
        .join(Site, Site.id == ReleaseSite.site_id)
        .where(ReleaseSite.release_id == release_id, reach.within(actor))
        .group_by(ReleaseSite.wave, ReleaseSite.state)
    )
    for wave, state, number in rows:
        found.setdefault(wave, {})[state] = number
    return found


def summary(session: Session, actor: Actor, release_id: UUID) -> Summary:
    """The dry run's findings over all sites within reach, in one statement."""
    both = _BEFORE.is_not(None) & _AFTER.is_not(None)
    row = session.execute(
        select(
            func.count().filter(_TRIAL.is_not(None)),
            func.count().filter(_AFTER > _BEFORE),
            func.count().filter(_AFTER < _BEFORE),
            func.count().filter(_TRIAL.is_not(None) & _GRADES),
            func.coalesce(func.sum(_RUNS), 0),
            func.coalesce(func.sum(_REVIEW), 0),
            func.coalesce(func.sum(_FAILING), 0),
            func.round(func.avg(_BEFORE).filter(both), 2),
            func.round(func.avg(_AFTER).filter(both), 2),
        )
        .select_from(ReleaseSite)
        .join(Site, Site.id == ReleaseSite.site_id)
        .where(ReleaseSite.release_id == release_id, reach.within(actor))
    ).one()
    return Summary(*row)


def list_page(session: Session, actor: Actor, release_id: UUID, asked: Mapping[str, Any]) -> Listing:
    """A page of a release's sites that the filters leave."""
    conditions = _conditions(actor, release_id, asked)
    total = _counted(session, conditions)
    page = min(asked.get("page", 1), max(1, -(-total // PAGE_SIZE)))
    query = _columns().where(*conditions).order_by(*_order(asked))
    rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Listing(rows, total, page, sites.names_of(session, rows))


def all_rows(session: Session, actor: Actor, release_id: UUID, asked: Mapping[str, Any], most: int) -> Listing:
    """All of them, at most `most`, for exports; `total` says how many there are."""
    conditions = _conditions(actor, release_id, asked)
    rows = session.execute(_columns().where(*conditions).order_by(*_order(asked)).limit(most + 1)).all()
    total = len(rows) if len(rows) <= most else _counted(session, conditions)
    return Listing(rows[:most], total, 1, sites.names_of(session, rows[:most]))


def sites_of(actor: Actor, release_id: UUID, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The sites that the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, release_id, asked))


def number_of(session: Session, release: Release) -> int:
    """The number of a release's edition."""
    return session.get_one(Edition, release.edition_id).number


def of_site(session: Session, actor: Actor, site_id: UUID) -> Sequence[Listed]:
    """The releases that a site within reach was in, the newest first."""
    return session.execute(
        select(
            Release.id,
            Release.title,
            Edition.number,
            ReleaseSite.state,
            ReleaseSite.error,
            ReleaseSite.moved_at,
            ReleaseSite.before,
            ReleaseSite.after,
            ReleaseSite.confirmed_at,
        )
        .join(Release, Release.id == ReleaseSite.release_id)
        .join(Edition, Edition.id == Release.edition_id)
        .where(ReleaseSite.site_id == site_id, Release.institution_id == institution_of(actor))
        .order_by(Release.created_at.desc())
        .limit(PAGE_SIZE)
    ).all()


def pinned(session: Session, actor: Actor, today: Any) -> Sequence[Listed]:
    """The sites within reach that are held today, those first whose pin ends first."""
    return session.execute(
        select(Site.id, Site.code, Site.name, Edition.number, EditionPin.reason, EditionPin.until)
        .join(Site, Site.id == EditionPin.site_id)
        .join(Edition, Edition.id == Site.edition_id)
        .where(EditionPin.ended_at.is_(None), EditionPin.until >= today, reach.within(actor))
        .order_by(EditionPin.until, Site.code)
    ).all()


def _counted(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    counted = select(func.count()).select_from(ReleaseSite).join(Site, Site.id == ReleaseSite.site_id)
    return session.scalar(counted.where(*conditions)) or 0


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Site.id,
        Site.code,
        Site.name,
        Site.tier,
        Site.ancestors,
        ReleaseSite.wave,
        ReleaseSite.state,
        ReleaseSite.trial,
        ReleaseSite.before,
        ReleaseSite.after,
        ReleaseSite.error,
        ReleaseSite.moved_at,
        ReleaseSite.confirmed_at,
    ).join(ReleaseSite, ReleaseSite.site_id == Site.id)


def _conditions(actor: Actor, release_id: UUID, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    within = sites.matching(actor, {name: asked.get(name) for name in ("q", "region")})
    conditions = [ReleaseSite.release_id == release_id, *within]
    if wave := asked.get("wave"):
        conditions.append(ReleaseSite.wave == wave)
    if state := asked.get("state"):
        conditions.append(ReleaseSite.state == state)
    if effect := asked.get("effect"):
        conditions.append(_effects()[effect])
    return conditions


def _effects() -> dict[str, ColumnElement[bool]]:
    return {
        "falls": _AFTER < _BEFORE,
        "rises": _AFTER > _BEFORE,
        "same": _AFTER == _BEFORE,
        "grade": _TRIAL.is_not(None) & _GRADES,
        "review": _REVIEW > 0,
        "unconfirmed": (ReleaseSite.state == Reached.MOVED) & ReleaseSite.confirmed_at.is_(None),
    }


def _order(asked: Mapping[str, Any]) -> tuple[ColumnElement[Any], ...]:
    sort = asked.get("sort", "code")
    column = SORTS[sort.lstrip("-")]
    return (column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last(), Site.code.asc())
