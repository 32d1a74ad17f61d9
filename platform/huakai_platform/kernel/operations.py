"""Long work: an operation of items, each done or failed by itself, that can be cancelled and resumed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.events import OperationStarted
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.message_types import MessageType
from huakai_platform.kernel.sites import Site

EXPORT = "export"
"""The kind of operation that no job works off, but the console's own process."""


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """The honest endings; `running` is none of them."""

    RUNNING = "running"
    DONE = "done"
    DONE_WITH_FAILURES = "done_with_failures"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Operation(Base):
    __tablename__ = "operation"
    __table_args__ = (
        Index("operation_created_at_idx", "created_at"),
        Index("operation_institution_id_idx", "institution_id", "created_at", "id"),
        Index("operation_export_idx", "done", "created_at", postgresql_where=text("kind = 'export'")),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(MessageType)
    total: Mapped[int] = mapped_column(Integer)
    params: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None]
    region_code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When its starter was told of its end; resumed, it will end once more."""
    institution_id: Mapped[UUID | None]
    ancestors: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    """The lowest region that holds all its sites, and every region above it."""
    done: Mapped[int | None] = mapped_column(Integer)
    """How its items ended, counted once it has ended; while it runs, and when an item ends anew, nothing."""
    failed: Mapped[int | None] = mapped_column(Integer)
    cancelled: Mapped[int | None] = mapped_column(Integer)


class OperationItem(Base):
    __tablename__ = "operation_item"
    __table_args__ = (
        ForeignKeyConstraint(["operation_id"], ["platform.operation.id"], name="operation_item_operation_id_fkey"),
        Index("operation_item_state_idx", "operation_id", "state"),
        Index("operation_item_site_id_idx", "site_id", "operation_id"),
        {"schema": "platform"},
    )

    operation_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    site_id: Mapped[UUID | None]
    label: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    error: Mapped[str | None] = mapped_column(MessageType)
    ended_at: Mapped[datetime | None]


_ITEM, _OPERATION = table(OperationItem), table(Operation)
_UNCOUNTED: dict[str, Any] = dict.fromkeys(("done", "failed", "cancelled"))
_HELD = select(_OPERATION.c.done).where(_OPERATION.c.id == bindparam("of_operation")).with_for_update(read=True)
"""Whoever counts the items of an operation waits for those that end at the moment."""
_FINISH = update(_ITEM).where(
    _ITEM.c.operation_id == bindparam("of_operation"),
    _ITEM.c.site_id == bindparam("of_site"),
    _ITEM.c.state != ItemState.CANCELLED,
)


@dataclass(frozen=True)
class Progress:
    """Where an operation stands; `ending` is computed from its items, never stored."""

    total: int
    done: int
    failed: int
    cancelled: int

    @property
    def waiting(self) -> int:
        return self.total - self.done - self.failed - self.cancelled

    @property
    def ending(self) -> Ending:
        if self.waiting:
            return Ending.RUNNING
        if self.cancelled:
            return Ending.CANCELLED
        if self.failed:
            return Ending.DONE_WITH_FAILURES if self.done else Ending.FAILED
        return Ending.DONE


def start(
    session: Session,
    actor: Actor | None,
    kind: str,
    title: str,
    items: Iterable[tuple[UUID | None, str]],
    *,
    begins_at: datetime | None = None,
    **params: Any,
) -> Operation:
    """Write an operation down with its items `(site, label)` and publish it, at once or at a time to come; works under
    the nil tenant."""
    rows = [
        {"position": position, "site_id": site_id, "label": label}
        for position, (site_id, label) in enumerate(items, start=1)
    ]
    institution, ancestors = _extent(session, [row["site_id"] for row in rows if row["site_id"]])
    operation = Operation(
        id=uuid7(),
        kind=kind,
        title=title,
        total=len(rows),
        params=params,
        created_by=actor.account_id if actor else None,
        region_code=actor.region_code if actor else None,
        created_at=clock.now(),
        institution_id=(actor.institution_id if actor else None) or institution,
        ancestors=ancestors,
    )
    session.add(operation)
    session.flush()
    if rows:
        session.execute(insert(OperationItem), [{"operation_id": operation.id, **row} for row in rows])
        outbox.publish(session, OperationStarted(operation.id), dedup=f"operation:{operation.id}", at=begins_at)
    return operation


def _extent(session: Session, sites: Sequence[Any]) -> tuple[UUID | None, list[str] | None]:
    """The institution whose sites these are, and the regions that hold all of them, the lowest first."""
    if not sites:
        return None, None
    here = Site.id == any_(literal(sites, ARRAY(Uuid)))
    institutions = session.scalars(select(Site.institution_id).where(here).distinct().limit(2)).all()
    above = func.unnest(Site.ancestors).table_valued("code", with_ordinality="level").render_derived()
    shared = (
        select(above.c.code)
        .select_from(Site)
        .join(above, true())
        .where(here)
        .group_by(above.c.code)
        .having(func.count() == select(func.count()).select_from(Site).where(here).scalar_subquery())
        .order_by(func.min(above.c.level))
    )
    return institutions[0] if len(institutions) == 1 else None, list(session.scalars(shared))


def settle(session: Session, operation: Operation) -> None:
    """Write down how the items of an operation ended, whose row the session has locked."""
    found = progress(session, operation.id)
    operation.done, operation.failed, operation.cancelled = found.done, found.failed, found.cancelled


def progress(session: Session, operation_id: UUID) -> Progress:
    """Count the items of an operation by state; raises NotFound."""
    total = session.scalar(select(Operation.total).where(Operation.id == operation_id))
    if total is None:
        raise NotFound(_("没有这项操作。"))
    rows = session.execute(
        select(OperationItem.state, func.count().label("count"))
        .where(OperationItem.operation_id == operation_id)
        .group_by(OperationItem.state)
    )
    counted: dict[str, int] = {row.state: row[1] for row in rows}
    return Progress(
        total, counted.get(ItemState.DONE, 0), counted.get(ItemState.FAILED, 0), counted.get(ItemState.CANCELLED, 0)
    )


def finish_item(session: Session, operation_id: UUID, site_id: UUID, *, error: str | None = None) -> None:
    """Mark a site's item done or failed, in the transaction of its effect."""
    about = {"state": ItemState.FAILED if error else ItemState.DONE, "error": error, "ended_at": clock.now()}
    counted = session.scalar(_HELD, {"of_operation": operation_id})
    session.execute(_FINISH, {"of_operation": operation_id, "of_site": site_id, **about})
    if counted is not None:
        session.execute(update(Operation).where(Operation.id == operation_id).values(_UNCOUNTED))


def end(session: Session, operation_id: UUID, *, error: str | None = None) -> bool:
    """Mark what waits as done or failed, count the items, and take it that the caller tells the starter; False where
    nothing waited any more."""
    about = {"state": ItemState.FAILED if error else ItemState.DONE, "error": error, "ended_at": clock.now()}
    waiting = OperationItem.operation_id == operation_id, OperationItem.state == ItemState.WAITING
    if not session.execute(update(OperationItem).where(*waiting).values(about).returning(OperationItem.position)).all():
        return False
    operation = session.get_one(Operation, operation_id, with_for_update=True)
    settle(session, operation)
    operation.told_at = clock.now()
    return True


def cancel(session: Session, actor: Actor, operation_id: UUID) -> None:
    """Stop what has not begun; what is done stays done."""
    if progress(session, operation_id).ending is not Ending.RUNNING:
        raise Conflict(_("这项操作已经结束，不能取消。"))
    stopped = call_off(session, [operation_id])
    audit.record(session, actor, "operations.cancelled", "operation", operation_id, items=stopped)


def call_off(session: Session, operations: Sequence[UUID], *, besides: UUID | None = None) -> int:
    """Cancel every item that waits in some operations, `besides` that of one site; how many those were."""
    waiting = (
        update(OperationItem)
        .where(OperationItem.operation_id.in_(operations), OperationItem.state == ItemState.WAITING)
        .where(OperationItem.site_id.is_distinct_from(besides) if besides else true())
        .values(state=ItemState.CANCELLED, ended_at=clock.now())
        .returning(OperationItem.operation_id)
    )
    stopped = session.scalars(waiting).all()
    session.execute(update(Operation).where(Operation.id.in_(set(stopped))).values(cancelled_at=clock.now()))
    return len(stopped)


def resume(session: Session, actor: Actor, operation_id: UUID) -> None:
    """Try failed and cancelled items once more."""
    again = session.execute(
        update(OperationItem)
        .where(
            OperationItem.operation_id == operation_id,
            OperationItem.state.in_([ItemState.FAILED, ItemState.CANCELLED]),
        )
        .values(state=ItemState.WAITING, error=None, ended_at=None)
        .returning(OperationItem.position)
    ).all()
    if not again:
        raise Conflict(_("没有可以重做的项目。"))
    again_from = update(Operation).where(Operation.id == operation_id)
    session.execute(again_from.values(_UNCOUNTED | {"cancelled_at": None, "told_at": None}))
    outbox.publish(session, OperationStarted(operation_id))
    audit.record(session, actor, "operations.resumed", "operation", operation_id, items=len(again))
