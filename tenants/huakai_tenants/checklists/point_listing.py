"""Open points looked up: a list with filters, one with its history, and how many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from huakai_platform import forms
from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.resources import exporting, lists
from huakai_tenants.checklists import closure, editions, pointproofs, points
from huakai_tenants.checklists.models import ChecklistRun, OpenPoint, PointEntry
from huakai_tenants.checklists.pointproofs import Wanted, wanted

PAGE, MOST = 20, 5_000
STATES: Mapping[str, Message] = {"open": _("待整改"), "fixed": _("待核实"), "closed": _("已关闭")}
SHOWN: Mapping[str, Message] = {"unsettled": _("未关闭"), **STATES, "overdue": _("已逾期"), "every": _("全部")}
SORTS: Mapping[str, Any] = {"number": OpenPoint.number, "due": OpenPoint.due_on, "state": OpenPoint.state}
DEEDS: Mapping[str, Message] = {
    "opened": _("产生了待整改项"),
    "assigned": _("指定了负责人"),
    "postponed": _("延长了期限"),
    "noted": _("补充了说明"),
    "fixed": _("报告已整改"),
    "returned": _("退回重做"),
    "proved": _("上传了证明"),
    "closed": _("核实并关闭"),
    "recurred": _("又一次检查不合格"),
    "reopened": _("检查单被重新打开"),
    "corrected": _("检查单改正为合格"),
}
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Line:
    """A point with the words of its item."""

    row: Found
    checklist: forms.Localized
    text: forms.Localized
    asked: Wanted

    def overdue(self, day: date) -> bool:
        return bool(self.row.state == "open" and self.row.due_on < day)


@dataclass(frozen=True)
class Listing:
    lines: Sequence[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Dossier:
    """A point, its history, and who may see to it."""

    line: Line
    entries: Sequence[Found]
    people: Sequence[Found]
    files: Mapping[UUID, list[tuple[UUID, str, str]]]

    @property
    def latest(self) -> list[tuple[UUID, str, str]]:
        """What was shown since the point was last open: what the one who closes it looks at."""
        found: list[tuple[UUID, str, str]] = []
        for entry in self.entries:
            found = [] if entry.deed in pointproofs.BEGINS else [*found, *self.files.get(entry.id, [])]
        return found

    @property
    def postponed(self) -> bool:
        return any(entry.deed == "postponed" for entry in self.entries)


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Listing:
    """One page of the points that the filters leave."""
    conditions = _conditions(actor, asked)
    total = session.scalar(select(func.count(OpenPoint.number)).where(*conditions)) or 0
    page = min(asked.get("page", 1), max(1, -(-total // PAGE)))
    wanted = _ordered(asked.get("sort", "due")).where(*conditions).limit(PAGE).offset((page - 1) * PAGE)
    return Listing(lines(session, session.execute(wanted)), total, page)


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """The points that the filters leave, in no order yet."""
    return _ordered("number").where(*_conditions(actor, asked)).order_by(None)


def export(session: Session, actor: Actor, asked: Mapping[str, Any]) -> bytes:
    """What the list shows, all pages of it, as a workbook, with what was left out said above."""
    conditions = _conditions(actor, asked)
    read = session.execute(_ordered(asked.get("sort", "due")).where(*conditions).limit(MOST + 1)).all()
    every = select(func.count(OpenPoint.number)).where(*conditions)
    found = lists.first_of(read, MOST, lambda: session.scalar(every) or 0)
    titles = (_("编号"), _("检查单"), _("内容"), _("状态"), _("负责人"), _("产生时间"), _("期限"), _("关闭时间"))
    rows = [
        [
            line.row.number,
            str(line.checklist),
            str(line.text),
            STATES[line.row.state].render(),
            line.row.owner or "",
            line.row.opened_at.astimezone(clock.CHINA),
            line.row.due_on.isoformat(),
            line.row.closed_at.astimezone(clock.CHINA) if line.row.closed_at else None,
        ]
        for line in lines(session, found.rows)
    ]
    said = [notice] if (notice := exporting.cut(found)) else []
    columns = [
        Column(title.render(), width) for title, width in zip(titles, (8, 16, 48, 10, 14, 18, 12, 18), strict=True)
    ]
    return workbooks.write(workbooks.table(_("待整改项").render(), columns, rows, above=said))


def get(session: Session, point_id: UUID) -> Dossier:
    """One point of this room; another room's is not there."""
    found = lines(session, session.execute(_ordered("number").where(OpenPoint.id == point_id)))
    if not found:
        raise NotFound(_("没有这个待整改项。"))
    owner = aliased(Account)
    entries = session.execute(
        select(
            PointEntry.id,
            PointEntry.deed,
            PointEntry.text,
            PointEntry.due_on,
            PointEntry.at,
            Account.name,
            owner.name.label("owner"),
        )
        .outerjoin(Account, Account.id == PointEntry.by)
        .outerjoin(owner, owner.id == PointEntry.owner_id)
        .where(PointEntry.point_id == point_id)
        .order_by(PointEntry.at, PointEntry.id)
    ).all()
    accounts = points.people(session, closure.OWNERS)
    named = select(Account.id, Account.name).where(Account.id.in_(accounts)).order_by(Account.name)
    return Dossier(found[0], entries, session.execute(named).all(), pointproofs.of_entries(session, point_id))


def owners(session: Session) -> list[tuple[str, str]]:
    """Everybody who has a point, for the filter."""
    has = select(OpenPoint.owner_id).where(OpenPoint.tenant_id == tenancy.current(session))
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(has)).order_by(Account.name))
    return [(str(row.id), row.name) for row in rows]


def standing(session: Session, actor: Actor, day: date) -> tuple[int, int, int]:
    """How many points are open, overdue, and the actor's own."""
    open_ = OpenPoint.state != "closed"
    late = (OpenPoint.state == "open") & (OpenPoint.due_on < day)
    row = session.execute(
        select(
            func.count(OpenPoint.number).filter(open_),
            func.count(OpenPoint.number).filter(late),
            func.count(OpenPoint.number).filter(open_, OpenPoint.owner_id == actor.account_id),
        ).select_from(OpenPoint)
    ).one()
    return row[0], row[1], row[2]


def _conditions(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    match asked.get("state", "unsettled"):
        case "unsettled":
            found = [OpenPoint.state != "closed"]
        case "overdue":
            found = [OpenPoint.state == "open", OpenPoint.due_on < clock.today()]
        case "every":
            found = []
        case state:
            found = [OpenPoint.state == state]
    if owner := asked.get("owner"):
        found.append(OpenPoint.owner_id == owner)
    return found


def _ordered(sort: str) -> Select[*tuple[Any, ...]]:
    column = SORTS[sort.removeprefix("-")]
    here = (ChecklistRun.tenant_id == OpenPoint.tenant_id) & (ChecklistRun.id == OpenPoint.run_id)
    return (
        select(
            OpenPoint.id,
            OpenPoint.number,
            OpenPoint.run_id,
            OpenPoint.item,
            OpenPoint.state,
            OpenPoint.due_on,
            OpenPoint.owner_id,
            OpenPoint.opened_at,
            OpenPoint.fixed_by,
            OpenPoint.closed_at,
            OpenPoint.version,
            ChecklistRun.code,
            ChecklistRun.edition_id,
            ChecklistRun.created_at,
            ChecklistRun.due_on.label("run_due_on"),
            Account.name.label("owner"),
        )
        .join(ChecklistRun, here)
        .outerjoin(Account, Account.id == OpenPoint.owner_id)
        .order_by(column.desc() if sort.startswith("-") else column, OpenPoint.number)
    )


def lines(session: Session, rows: Iterable[Found]) -> list[Line]:
    """Rows of points with the words of their items."""
    own, found = editions.by_run(session), []
    for row in rows:
        definition = own(row)
        item = definition.item(row.item) if definition else None
        code = forms.Localized(row.code, row.code)
        words = item.text if item else forms.Localized(row.item, row.item)
        found.append(Line(row, definition.title if definition else code, words, wanted(item)))
    return found
