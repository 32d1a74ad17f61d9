"""The runs of a room: what is open, overdue or done, by filters, on a page or in a workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Row, Select, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column
from huakai_platform.standards.pinned import pinned
from huakai_tenants.checklists import editions, schedule
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistReopening, ChecklistRun

PAGE, MOST = 20, 10_000
STATES: Mapping[str, Message] = {
    "started": _("进行中"),
    "waiting": _("待填写"),
    "overdue": _("已逾期"),
    "done": _("已完成"),
}
PERCENT = cast(ChecklistRun.score["percent"].as_string(), Numeric)
SORTS: Mapping[str, Any] = {"due": ChecklistRun.due_on, "completed": ChecklistRun.completed_at, "score": PERCENT}
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
    conditions, page = _conditions(asked), asked.get("page", 1)
    total = select(func.count(ChecklistRun.code)).where(*conditions).correlate(None)
    wanted = _ordered(asked).where(*conditions).limit(PAGE)
    told = wanted.add_columns(Site.tier, Site.edition_id.label("pinned"), total.scalar_subquery().label("total"))
    rows = session.execute(told.join(Site, Site.id == ChecklistRun.tenant_id).offset((page - 1) * PAGE)).all()
    if not rows and page > 1:
        last = max(1, -(-(session.scalar(total) or 0) // PAGE))
        return list_page(session, {**asked, "page": last})
    if not rows:
        here = pinned(session)
        return Listing([], 0, 1, _titles(session, here.edition_id, here.tier))
    site = rows[0]
    return Listing(_lines(session, rows, site.tier), site.total, page, _titles(session, site.pinned, site.tier))


def _titles(session: Session, edition_id: UUID, tier: str) -> list[tuple[str, forms.Localized]]:
    return [(code, one.title) for code, one in schedule.recurring(session, edition_id, tier).items()]


def export(session: Session, asked: Mapping[str, Any]) -> bytes:
    """What the list shows, all pages of it."""
    day, found = clock.today(), session.execute(_ordered(asked).where(*_conditions(asked)).limit(MOST)).all()
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
        for line in _lines(session, found, pinned(session).tier)
    ]
    columns = [Column(head.render(), 16) for head in heads]
    return workbooks.write(workbooks.table(_("检查单").render(), columns, rows))


def _conditions(asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if code := asked.get("code"):
        found.append(ChecklistRun.code == code)
    if since := asked.get("since"):
        found.append(ChecklistRun.due_on >= since)
    if until := asked.get("until"):
        found.append(ChecklistRun.due_on <= until)
    if state := asked.get("state"):
        found += _state(state)
    if asked.get("failures"):
        failed = ChecklistRun.score["failed"], ChecklistRun.score["failed_core"]
        found.append(or_(*(func.jsonb_array_length(one) > 0 for one in failed)))
    return found


def _state(state: str) -> list[ColumnElement[bool]]:
    open_, today = ChecklistRun.completed_at.is_(None), clock.today()
    match state:
        case "done":
            return [ChecklistRun.completed_at.is_not(None)]
        case "overdue":
            return [open_, ChecklistRun.due_on < today]
        case "started":
            return [open_, ChecklistRun.due_on >= today, _answered()]
        case _:
            return [open_, ChecklistRun.due_on >= today, ~_answered()]


def _answered() -> ColumnElement[bool]:
    return exists().where(*_of_run(ChecklistAnswer), ChecklistAnswer.value["v"].as_string().is_not(None))


def _ordered(asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    sort = asked.get("sort", "-due")
    column = SORTS[sort.removeprefix("-")]
    answered = select(func.count(ChecklistAnswer.value["v"].as_string())).where(*_of_run(ChecklistAnswer))
    reopenings = select(func.count(ChecklistReopening.reason)).where(*_of_run(ChecklistReopening))
    return select(
        ChecklistRun.id,
        ChecklistRun.edition_id,
        ChecklistRun.created_at,
        ChecklistRun.code,
        ChecklistRun.period_start,
        ChecklistRun.due_on,
        ChecklistRun.completed_at,
        ChecklistRun.score,
        answered.correlate(ChecklistRun).scalar_subquery().label("answered"),
        reopenings.correlate(ChecklistRun).scalar_subquery().label("reopenings"),
    ).order_by((column.desc() if sort.startswith("-") else column).nulls_last(), ChecklistRun.id)


def _of_run(model: Any) -> tuple[ColumnElement[bool], ...]:
    return model.tenant_id == ChecklistRun.tenant_id, model.run_id == ChecklistRun.id


def _lines(session: Session, rows: Iterable[Found], tier: str) -> list[Line]:
    own, found = editions.by_run(session, tier), []
    for row in rows:
        definition = own(row)
        title = definition.title if definition else forms.Localized(row.code, row.code)
        found.append(Line(row, title, sum(1 for _item in definition or ())))
    return found
