"""Long work: each item becomes an event of its own site; dead rows are sent again."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import operations as kernel
from huakai_platform.kernel import outbox
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.events import (
    Event,
    RecountRequested,
    ReleaseReached,
    ReleaseTakenBack,
    ReleaseTried,
    ReminderRequested,
    SiteOpeningRequested,
)
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker.scope import Work

BATCH = 500
KINDS: Mapping[str, Callable[[UUID, UUID], Event]] = {
    "open_sites": SiteOpeningRequested,
    "recount": RecountRequested,
    "remind": ReminderRequested,
    "release_check": ReleaseTried,
    "release": ReleaseReached,
    "release_back": ReleaseTakenBack,
}
"""The event of one item, by the kind of its operation."""


def fan_out(work: Work, *, operation_id: str) -> None:
    """Tell every waiting item's site; killed anywhere and run again it tells each site once. An export has no site: the
    console's own process looks for it."""
    operation = UUID(operation_id)
    kind = work.session.scalar(select(Operation.kind).where(Operation.id == operation))
    if kind == kernel.EXPORT:
        return
    if kind is None or kind not in KINDS:
        raise NotFound(_("没有这种批量操作。"))

    def tell(session: Session, site_id: UUID) -> None:
        outbox.publish(session, KINDS[kind](operation, site_id), dedup=f"{work.message_id}:{site_id}")

    work.each(_waiting_sites(work.session, operation), tell)


def resend(work: Work, *, tenant_id: str, outbox_id: str) -> None:
    """Let a row that failed begin anew."""
    with work.tenant(UUID(tenant_id)) as session:
        revive(session, UUID(outbox_id))


def revive(session: Session, message_id: UUID) -> bool:
    """Set a row of the session's tenant back to its first attempt; False when it is done or not there."""
    revived = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.done_at.is_(None))
        .values(attempts=0, next_at=func.now(), dead_at=None)
        .returning(OutboxMessage.id)
    )
    return revived.first() is not None


def give_up(work: Work, *, operation_id: str, site_id: str) -> None:
    """Mark the item of a dead row as failed, so that its operation comes to an end."""
    reason = _("系统多次尝试仍未成功，请在“运行状态”中查看原因后重新发送。")
    kernel.finish_item(work.session, UUID(operation_id), UUID(site_id), error=reason)


def _waiting_sites(session: Session, operation_id: UUID) -> Iterator[UUID]:
    position = 0
    while rows := session.execute(_waiting(operation_id, position)).all():
        yield from (row.site_id for row in rows)
        position = rows[-1].position


def _waiting(operation_id: UUID, after: int) -> Select[*tuple[Any, ...]]:
    return (
        select(OperationItem.position, OperationItem.site_id)
        .where(
            OperationItem.operation_id == operation_id,
            OperationItem.position > after,
            OperationItem.state == ItemState.WAITING,
            OperationItem.site_id.is_not(None),
        )
        .order_by(OperationItem.position)
        .limit(BATCH)
    )
