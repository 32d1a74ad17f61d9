"""What the pages of long work show: only the sites that the reader may know of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Ending, ItemState, Operation, OperationItem, Progress
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
KINDS: dict[str, Message] = {"worker": _("任务进程"), "ringer": _("敲钟进程"), "web": _("网页进程")}


@dataclass(frozen=True)
class Standing:
    """An operation as far as the reader reaches, with its items counted."""

    id: UUID
    title: str
    created_at: datetime
    progress: Progress

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


def list_page(session: Session, actor: Actor, number: int) -> tuple[list[Standing], int]:
    """One page of operations, the newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(Operation).where(_known_to(actor))) or 0
    rows = session.execute(
        unordered_query(actor)
        .order_by(Operation.created_at.desc(), Operation.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    counted = _count(session, actor, [row.id for row in rows])
    return [Standing(row.id, row.title, row.created_at, counted[row.id]) for row in rows], total


def unordered_query(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The operations that the reader may know of: id, title, beginning."""
    return select(Operation.id, Operation.title, Operation.created_at).where(_known_to(actor))


def get(session: Session, actor: Actor, operation_id: UUID) -> Standing:
    """An operation that the reader may know of; raises NotFound for any other."""
    row = session.execute(unordered_query(actor).where(Operation.id == operation_id)).one_or_none()
    if row is None:
        raise NotFound(_("没有这项操作。"))
    return Standing(row.id, row.title, row.created_at, _count(session, actor, [row.id])[row.id])


def items(actor: Actor, operation_id: UUID, state: ItemState | None = None) -> Select[*tuple[Any, ...]]:
    """The items within reach in their order: position, site, label, state, reason and end."""
    wanted = (
        select(
            OperationItem.position,
            OperationItem.site_id,
            OperationItem.label,
            OperationItem.state,
            OperationItem.error,
            OperationItem.ended_at,
        )
        .where(OperationItem.operation_id == operation_id, _item_within(actor))
        .order_by(OperationItem.position)
    )
    return wanted.where(OperationItem.state == state) if state else wanted


def _count(session: Session, actor: Actor, ids: list[UUID]) -> dict[UUID, Progress]:
    rows = session.execute(
        select(OperationItem.operation_id, OperationItem.state, func.count())
        .where(OperationItem.operation_id.in_(ids), _item_within(actor))
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
    """One's own operations, and those that touch a site within reach."""
    touching = select(OperationItem.operation_id).where(OperationItem.site_id.in_(_sites(actor)))
    return or_(Operation.created_by == actor.account_id, Operation.id.in_(touching))


def _item_within(actor: Actor) -> ColumnElement[bool]:
    own = select(Operation.id).where(Operation.created_by == actor.account_id)
    return or_(
        OperationItem.site_id.in_(_sites(actor)),
        and_(OperationItem.site_id.is_(None), OperationItem.operation_id.in_(own)),
    )


def _sites(actor: Actor) -> Select[UUID]:
    mine = select(Site.id).where(Site.institution_id == actor.institution_id)
    if actor.role is Role.INSTITUTION_ADMIN:
        return mine
    return mine.where(Site.ancestors.contains([actor.region_code or ""]))
