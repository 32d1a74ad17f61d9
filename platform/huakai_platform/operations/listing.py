"""Long work as it is read: only of the sites that the reader may know of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, column, exists, func, or_, select, table, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session

from huakai_platform.kernel import paging
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Int, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Ending, ItemState, Operation, OperationItem, Progress
from huakai_platform.kernel.paging import Order, Page
from huakai_platform.kernel.sites import Site
from huakai_platform.operations.words import ENDINGS
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Resource, Rows
from huakai_platform.resources.words import said

PAGE = 25
"""Items of a page."""
PAPER = frozenset({"list", "export", "print"})
_TOLD: Mapping[str, Message] = {ending.value: label for ending, (label, _tone) in ENDINGS.items()}


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


@dataclass(frozen=True)
class Reach:
    """By what the operations are said: whose reach it is, and how their items within it stand."""

    actor: Actor
    counted: Mapping[UUID, Progress] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as it was written down."""

    id: UUID
    title: str
    created_at: datetime
    ancestors: Sequence[str] | None
    total: int
    done: int | None
    failed: int | None
    cancelled: int | None

    def standing(self, here: Reach) -> Standing:
        return Standing(self.id, self.title, self.created_at, here.counted[self.id], _whole(self, here.actor))

    def name(self, _here: Reach) -> str:
        return said(self.title)

    def ending(self, here: Reach) -> str:
        return here.counted[self.id].ending.value

    def items(self, here: Reach) -> int:
        return here.counted[self.id].total

    def ended(self, here: Reach) -> int:
        return self.items(here) - here.counted[self.id].waiting

    def succeeded(self, here: Reach) -> int:
        return here.counted[self.id].done

    def refused(self, here: Reach) -> int:
        return here.counted[self.id].failed


def rows() -> Rows[OperationRow]:
    counts = (Operation.total, Operation.done, Operation.failed, Operation.cancelled)
    query = select(Operation.id, Operation.title, Operation.created_at, Operation.ancestors, *counts)
    return Rows(OperationRow, query, about=with_counts)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [Operation.institution_id == actor.institution_id, _known_to(actor)]


def with_counts(session: Session, here: Reach, rows: Sequence[OperationRow]) -> Reach:
    """With how the items of these operations stand that are within reach."""
    return replace(here, counted=_count(session, here.actor, rows))


IN_ORDER = Order((OperationItem.position,))
OPERATIONS = Resource[Reach, OperationRow](
    name="operations",
    title=_("批量操作"),
    rows=rows,
    scope=scope,
    context=lambda _session, actor: Reach(actor),
    order="-created",
    key=Operation.id,
    sorts={"created": Order((Operation.created_at, Operation.id))},
    filters=(),
    fields=(
        Field("name", _("操作"), Text(), out=PAPER, width=40),
        Field("ending", _("状态"), Text(), out=PAPER, choices=lambda _here: _TOLD, width=14),
        Field("items", _("项目"), Int(), out=frozenset({"export", "print"}), width=8),
        Field("ended", _("进度"), Int(), out=PAPER, width=8),
        Field("succeeded", _("成功"), Int(), out=PAPER, width=8),
        Field("refused", _("失败"), Int(), out=PAPER, width=8),
        Field("created_at", _("开始时间"), Text(), out=PAPER, width=18, sort="created"),
    ),
)


def get(session: Session, actor: Actor, operation_id: UUID) -> Standing:
    """An operation that the reader may know of; raises NotFound for any other."""
    found = lists.read(session, OPERATIONS, rows().select.where(*scope(actor, None), Operation.id == operation_id))
    if not found:
        raise NotFound(_("没有这项操作。"))
    return found[0].standing(with_counts(session, Reach(actor), found))


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


def _whole(row: OperationRow, actor: Actor) -> bool:
    return actor.role is Role.INSTITUTION_ADMIN or (actor.region_code or "") in (row.ancestors or ())


def _count(session: Session, actor: Actor, rows: Sequence[OperationRow]) -> dict[UUID, Progress]:
    """How the items within reach stand: of what has ended and lies within reach, from the operation itself."""
    whole = [row for row in rows if _whole(row, actor)]
    ended = [row for row in whole if row.done is not None]
    counted = {row.id: Progress(row.total, row.done or 0, row.failed or 0, row.cancelled or 0) for row in ended}
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
