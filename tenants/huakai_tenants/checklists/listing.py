"""The runs of a room: what is open, overdue or done, by filters, on a page or in a workbook."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Numeric, Row, Select, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import clock, tenancy, workbooks
from huakai_platform.kernel.db import table
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column
from huakai_platform.resources import exporting, lists
from huakai_platform.standards.pinned import pinned
from huakai_tenants.checklists import editions, schedule
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistReopening, ChecklistRun
from huakai_tenants.variations import applying

PAGE, MOST = 20, 10_000
STATES: Mapping[str, Message] = {
    "started": _("进行中"),
    "waiting": _("待填写"),
    "overdue": _("已逾期"),
    "done": _("已完成"),
}
RUN, ANSWER, REOPENING = table(ChecklistRun).c, table(ChecklistAnswer).c, table(ChecklistReopening).c
PERCENT = cast(RUN.score["percent"].as_string(), Numeric)
SORTS: Mapping[str, ColumnElement[Any]] = {"due": RUN.due_on, "completed": RUN.completed_at, "score": PERCENT}
TENANT: BindParameter[UUID] = bindparam("tenant")
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Line:
    row: Found
    title: forms.Localized
    total: int

    def state(self, day: date) -> str:
        """One of STATES."""
        if self.row.completed_at:
            return "done"
        if self.row.due_on < day:
            return "overdue"
        return "started" if self.row.answered else "waiting"


@dataclass(frozen=True)
class Listing:
    lines: Sequence[Line]
    total: int
    page: int
    titles: Sequence[tuple[str, forms.Localized]]
    """The checklists to choose from."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_page(session: Session, asked: Mapping[str, Any]) -> Listing:
    """One page of the runs that the filters leave, the last one where the page asked for lies beyond it."""
    given, page = _given(session, asked), asked.get("page", 1)
    rows = session.connection().execute(_page(*_shape(asked)), {**given, "most": PAGE, "skip": (page - 1) * PAGE}).all()
    if not rows and page > 1:
        total = session.connection().execute(_total(*_shape(asked)), given).scalar() or 0
        return list_page(session, {**asked, "page": max(1, -(-total // PAGE))})
    if not rows:
        here = pinned(session)
        return Listing([], 0, 1, _titles(session, here.edition_id, here.tier))
    site = rows[0]
    lines = _lines(session, rows, site.tier, site.stamp)
    return Listing(lines, site.total, page, _titles(session, site.pinned, site.tier))


def _titles(session: Session, edition_id: UUID, tier: str) -> list[tuple[str, forms.Localized]]:
    return [(code, one.title) for code, one in schedule.recurring(session, edition_id, tier).items()]


def export(session: Session, asked: Mapping[str, Any]) -> bytes:
    """What the list shows, all pages of it, with what was left out said above."""
    day, given, shape, here = clock.today(), _given(session, asked), _shape(asked), session.connection()
    read = here.execute(_rows(*shape), {**given, "most": MOST + 1, "skip": 0}).all()
    found = lists.first_of(read, MOST, lambda: here.execute(_total(*shape), given).scalar() or 0)
    heads = (
        _("检查单"),
        _("周期开始"),
        _("截止"),
        _("状态"),
        _("完成时间"),
        _("得分"),
        _("不合格"),
        _("核心项不合格"),
        _("重新打开"),
    )
    rows = [
        [
            str(line.title),
            line.row.period_start.isoformat(),
            line.row.due_on.isoformat(),
            STATES[line.state(day)].render(),
            line.row.completed_at.astimezone(clock.CHINA) if line.row.completed_at else None,
            float(line.row.score["percent"]) if line.row.score and line.row.score.get("percent") else None,
            len(line.row.score["failed"]) if line.row.score else None,
            len(line.row.score["failed_core"]) if line.row.score else None,
            line.row.reopenings,
        ]
        for line in _lines(session, found.rows, pinned(session).tier)
    ]
    columns = [Column(head.render(), 16) for head in heads]
    said = [notice] if (notice := exporting.cut(found)) else []
    return workbooks.write(workbooks.table(_("检查单").render(), columns, rows, above=said))


Shape = tuple[str, str | None, frozenset[str]]
"""The sort, the state, and which of the other filters are asked: all that a statement of the list depends on."""


def _shape(asked: Mapping[str, Any]) -> Shape:
    others = frozenset(name for name in ("code", "since", "until", "failures") if asked.get(name))
    return asked.get("sort", "-due"), asked.get("state"), others


def _given(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: asked[name] for name in ("code", "since", "until") if asked.get(name)}
    return {"tenant": tenancy.current(session), "today": clock.today(), **known}


def _conditions(state: str | None, others: Collection[str]) -> Iterator[ColumnElement[bool]]:
    yield RUN.tenant_id == TENANT
    if "code" in others:
        yield RUN.code == bindparam("code")
    if "since" in others:
        yield RUN.due_on >= bindparam("since")
    if "until" in others:
        yield RUN.due_on <= bindparam("until")
    if state:
        yield from _state(state)
    if "failures" in others:
        yield or_(*(func.jsonb_array_length(RUN.score[name]) > 0 for name in ("failed", "failed_core")))


def _state(state: str) -> list[ColumnElement[bool]]:
    open_ = RUN.completed_at.is_(None)
    today: BindParameter[date] = bindparam("today")
    match state:
        case "done":
            return [RUN.completed_at.is_not(None)]
        case "overdue":
            return [open_, RUN.due_on < today]
        case "started":
            return [open_, RUN.due_on >= today, _answered()]
        case _:
            return [open_, RUN.due_on >= today, ~_answered()]


def _answered() -> ColumnElement[bool]:
    return exists().where(*_of_run(ANSWER), ANSWER.value["v"].as_string().is_not(None))


@lru_cache(512)
def _rows(sort: str, state: str | None, others: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """The runs in order, `most` of them, without the first `skip`."""
    column = SORTS[sort.removeprefix("-")]
    answered = select(func.count(ANSWER.value["v"].as_string())).where(*_of_run(ANSWER))
    reopenings = select(func.count(REOPENING.reason)).where(*_of_run(REOPENING))
    shown = (
        RUN.id,
        RUN.edition_id,
        RUN.created_at,
        RUN.code,
        RUN.period_start,
        RUN.due_on,
        RUN.completed_at,
        RUN.score,
    )
    told = select(
        *shown,
        answered.correlate(table(ChecklistRun)).scalar_subquery().label("answered"),
        reopenings.correlate(table(ChecklistRun)).scalar_subquery().label("reopenings"),
    )
    ordered = told.order_by((column.desc() if sort.startswith("-") else column).nulls_last(), RUN.id)
    return ordered.where(*_conditions(state, others)).limit(bindparam("most")).offset(bindparam("skip"))


@lru_cache(512)
def _page(sort: str, state: str | None, others: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """The same, with what is so of all: the room's tier and edition, the stamp of its differences, the total."""
    site, total = table(Site).c, _total(sort, state, others).correlate(None).scalar_subquery()
    about = (site.tier, site.edition_id.label("pinned"), applying.STAMP.label("stamp"), total.label("total"))
    told = _rows(sort, state, others).add_columns(*about)
    return told.select_from(table(ChecklistRun).join(table(Site), site.id == RUN.tenant_id))


@lru_cache(512)
def _total(_sort: str, state: str | None, others: frozenset[str]) -> Select[*tuple[Any, ...]]:
    return select(func.count(RUN.code)).where(*_conditions(state, others))


def _of_run(of: Any) -> tuple[ColumnElement[bool], ...]:
    return of.tenant_id == RUN.tenant_id, of.run_id == RUN.id


def _lines(session: Session, rows: Iterable[Found], tier: str, stamp: str | None = None) -> list[Line]:
    own, found = editions.by_run(session, tier, stamp), []
    for row in rows:
        definition = own(row)
        title = definition.title if definition else forms.Localized(row.code, row.code)
        found.append(Line(row, title, sum(1 for _item in definition or ())))
    return found
