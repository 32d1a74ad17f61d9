"""What the pages of long work show: only the sites that the reader may know of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, column, exists, func, or_, select, table, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session

from huakai_platform.kernel import paging
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Ending, ItemState, Operation, OperationItem, Progress
from huakai_platform.kernel.paging import Order, Page
from huakai_platform.kernel.sites import Site

PAGE = 25
ENDINGS: dict[Ending, tuple[Message, str]] = {
    Ending.RUNNING: (_("进行中"), "info"),
    Ending.DONE: (_("已完成"), "ok"),
    Ending.DONE_WITH_FAILURES: (_("完成，有失败"), "warn"),
    Ending.FAILED: (_("失败"), "bad"),
    Ending.CANCELLED: (_("已取消"), "mute"),
}
STATES: dict[ItemState, tuple[Message, str]] = {
    ItemState.WAITING: (_("等待"), "info"),
    ItemState.DONE: (_("成功"), "ok"),
    ItemState.FAILED: (_("失败"), "bad"),
    ItemState.CANCELLED: (_("已取消"), "mute"),
}
TOPICS: dict[str, Message] = {
    "OperationStarted": _("开始批量操作"),
    "OperationEnded": _("告知批量操作的结果"),
    "ScheduleFailed": _("定时任务"),
    "RegionStuck": _("汇总地区数字"),
    "SiteOpeningRequested": _("开通站点"),
    "RegionsMoved": _("地区调整"),
    "SitesTakenIn": _("登记新站点"),
    "SiteStateChanged": _("站点状态变化"),
    "ChecklistCompleted": _("检查单完成"),
    "NumbersChanged": _("数字变化"),
    "DayTurned": _("新的一天"),
    "DayBegan": _("站点的新一天"),
    "FiguresDue": _("发布人数数据"),
    "RecountRequested": _("重新计算站点数字"),
    "HeadsDue": _("签署审计链头"),
    "SiteEntered": _("上级进入站点"),
    "VisitMade": _("告知站点有人查看"),
    "AskedAbove": _("有事等待机构处理"),
    "WaiverDecided": _("豁免有了结果"),
    "ProposalDecided": _("建议有了结果"),
    "ReminderRequested": _("提醒站点"),
    "ActivityShared": _("共同上报的活动"),
    "TotalReported": _("往期活动汇总数"),
    "ReleaseTried": _("演练发布标准"),
    "ReleaseReached": _("向站点发布标准"),
    "ReleaseTakenBack": _("撤回向站点发布的标准"),
    "EditionConfirmed": _("站点确认标准变化"),
    "InvitationIssued": _("发送邀请"),
    "RoleEnded": _("释放手机号和邮箱"),
    "ResendRequested": _("重新发送"),
}
KINDS: dict[str, Message] = {
    "worker": _("任务进程"),
    "ringer": _("敲钟进程"),
    "web": _("网页进程"),
    "exporter": _("导出进程"),
}


@dataclass(frozen=True)
class Standing:
    """An operation as far as the reader reaches, with its items counted."""

    id: UUID
    title: str
    created_at: datetime
    progress: Progress
    whole: bool
    """Whether all of its sites are within reach."""

    @property
    def ending(self) -> Ending:
        return self.progress.ending

    @property
    def finished(self) -> bool:
        return self.ending is not Ending.RUNNING

    @property
    def shown(self) -> dict[str, Any]:
        """As the progress macro takes it."""
        known = self.progress
        return {
            "title": self.title,
            "done": known.total - known.waiting,
            "total": known.total,
            "finished": self.finished,
            "ok": known.done,
            "bad": known.failed,
        }


NEWEST = Order((Operation.created_at, Operation.id), falling=True)
IN_ORDER = Order((OperationItem.position,))


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> tuple[list[Standing], Page]:
    """One page of operations, the newest first."""
    query = unordered_query(actor)
    cut = paging.cut(session, query, NEWEST, asked, paging.count(session, query), PAGE)
    counted = _count(session, actor, cut.rows)
    return [_standing(row, actor, counted) for row in cut.rows], cut


def unordered_query(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The operations that the reader may know of, in no order."""
    counts = (Operation.total, Operation.done, Operation.failed, Operation.cancelled)
    return select(Operation.id, Operation.title, Operation.created_at, Operation.ancestors, *counts).where(
        Operation.institution_id == actor.institution_id, _known_to(actor)
    )


def get(session: Session, actor: Actor, operation_id: UUID) -> Standing:
    """An operation that the reader may know of; raises NotFound for any other."""
    row = session.execute(unordered_query(actor).where(Operation.id == operation_id)).one_or_none()
    if row is None:
        raise NotFound(_("没有这项操作。"))
    return _standing(row, actor, _count(session, actor, [row]))


def items(actor: Actor, operation: Standing, state: ItemState | None = None) -> Select[*tuple[Any, ...]]:
    """The items within reach, in no order: position, site, label, state, reason and end."""
    wanted = select(
        OperationItem.position,
        OperationItem.position.label("id"),
        OperationItem.site_id,
        OperationItem.label,
        OperationItem.state,
        OperationItem.error,
        OperationItem.ended_at,
    ).where(OperationItem.operation_id == operation.id)
    if not operation.whole:
        wanted = wanted.where(_item_within(actor))
    return wanted.where(OperationItem.state == state) if state else wanted


def item_page(session: Session, actor: Actor, operation: Standing, asked: Mapping[str, Any]) -> Page:
    """One page of the items, whose number is known from the operation."""
    state, counted = asked.get("state"), operation.progress
    total = paging.Total(getattr(counted, state) if state else counted.total)
    return paging.cut(session, items(actor, operation, state), IN_ORDER, asked, total, PAGE)


def _standing(row: Any, actor: Actor, counted: Mapping[UUID, Progress]) -> Standing:
    return Standing(row.id, row.title, row.created_at, counted[row.id], _whole(row, actor))


def _whole(row: Any, actor: Actor) -> bool:
    return actor.role is Role.INSTITUTION_ADMIN or (actor.region_code or "") in (row.ancestors or ())


def _count(session: Session, actor: Actor, rows: Sequence[Any]) -> dict[UUID, Progress]:
    """How the items within reach stand: of what has ended and lies within reach, from the operation itself."""
    whole = [row for row in rows if _whole(row, actor)]
    counted = {
        row.id: Progress(row.total, row.done, row.failed, row.cancelled) for row in whole if row.done is not None
    }
    counted |= _item_by_item(session, [row.id for row in whole if row.id not in counted], true())
    return counted | _item_by_item(session, [row.id for row in rows if row.id not in counted], _item_within(actor))


def _item_by_item(session: Session, ids: Sequence[UUID], within: ColumnElement[bool]) -> dict[UUID, Progress]:
    if not ids:
        return {}
    rows = session.execute(
        select(OperationItem.operation_id, OperationItem.state, func.count())
        .where(OperationItem.operation_id.in_(ids), within)
        .group_by(OperationItem.operation_id, OperationItem.state)
    )
    counted: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    for operation_id, state, number in rows:
        counted[operation_id][state] = number
    return {one: _progress(states) for one, states in counted.items()}


def _progress(states: dict[str, int]) -> Progress:
    return Progress(
        total=sum(states.values()),
        done=states.get(ItemState.DONE, 0),
        failed=states.get(ItemState.FAILED, 0),
        cancelled=states.get(ItemState.CANCELLED, 0),
    )


def _known_to(actor: Actor) -> ColumnElement[bool]:
    """All of the institution; of a region one's own, those that lie in it, and wider ones that touch a site of it."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return true()
    region = actor.region_code or ""
    above = select(func.unnest(_REGION.c.ancestors)).where(_REGION.c.code == region)
    touching = exists().where(OperationItem.operation_id == Operation.id, OperationItem.site_id.in_(_sites(actor)))
    return or_(
        Operation.created_by == actor.account_id,
        Operation.ancestors.contains([region]),
        and_(Operation.ancestors[1].in_(above), touching),
    )


def _item_within(actor: Actor) -> ColumnElement[bool]:
    own = select(Operation.id).where(Operation.created_by == actor.account_id)
    return or_(
        OperationItem.site_id.in_(_sites(actor)),
        and_(OperationItem.site_id.is_(None), OperationItem.operation_id.in_(own)),
    )


def _sites(actor: Actor) -> Select[UUID]:
    """The sites of the reader's region."""
    return select(Site.id).where(
        Site.institution_id == actor.institution_id, Site.ancestors.contains([actor.region_code or ""])
    )


_REGION = table("region", column("code"), column("ancestors", ARRAY(TEXT)), schema="platform")
