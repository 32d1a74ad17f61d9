"""Tells people of the console what ended or broke without them; the clock's deeds, under the nil tenant."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock, notices, operations, outbox, queue
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.events import OperationEnded
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Ending, ItemState, Operation, OperationItem
from huakai_worker.reasons import Failed
from huakai_worker.scope import Work

MOST = 100
FRESH = timedelta(hours=1)
"""An older death has been told, or is known."""
ENDED: Mapping[Ending, str] = {
    Ending.DONE: _("{title}：已完成，成功 {done} 项。"),
    Ending.DONE_WITH_FAILURES: _("{title}：已结束，成功 {done} 项，失败 {failed} 项。"),
    Ending.FAILED: _("{title}：失败，{failed} 项都没有成功。"),
    Ending.CANCELLED: _("{title}：已取消，成功 {done} 项，其余没有执行。"),
}


def see_endings(session: Session) -> None:
    """Count the items of operations that have ended, and ask that whoever began one be told how it ended, once for each
    time that it comes to an end."""
    waiting = exists().where(OperationItem.operation_id == Operation.id, OperationItem.state == ItemState.WAITING)
    unsettled = or_(Operation.told_at.is_(None), Operation.done.is_(None))
    ended = select(Operation).where(unsettled, ~waiting).order_by(Operation.created_at).limit(MOST)
    for operation in session.scalars(ended.with_for_update(skip_locked=True)).all():
        operations.settle(session, operation)
        ending, operation.told_at = operation.told_at is None, operation.told_at or clock.now()
        if ending and operation.created_by:
            outbox.publish(session, OperationEnded(operation.id), dedup=_ending(operation))


def tell_ending(work: Work, *, operation_id: str) -> None:
    """Tell the one who began it; one that was resumed meanwhile will end once more. Raises Failed."""
    operation = work.session.get_one(Operation, UUID(operation_id))
    known = operations.progress(work.session, operation.id)
    if operation.told_at is None or operation.created_by is None or known.ending is Ending.RUNNING:
        return
    if work.session.scalar(select(Account.id).where(Account.id == operation.created_by)) is None:
        raise Failed(_("“{title}”的发起人没有账号，不能告知结果。", title=operation.title))
    said = Message(ENDED[known.ending], title=operation.title, done=known.done, failed=known.failed)
    place = "exports" if operation.kind == operations.EXPORT else "operations"
    href = f"/console/{place}/{operation.id}"
    notices.tell(
        work.session,
        [operation.created_by],
        kind="operation.ended",
        text=said,
        href=href,
        dedup=_ending(operation),
    )


def tell_dead(session: Session) -> None:
    """Tell the administrators that work lies in the dead-letter list, once for each new arrival."""
    dead = queue.troubled(session, most=MOST, dead_only=True)
    newest = max(dead, key=lambda row: row.dead_at or row.created_at, default=None)
    if newest is None or newest.dead_at is None or newest.dead_at < clock.now() - FRESH:
        return
    said = _("有 {count} 个后台任务多次失败，已停止重试。", count=queue.state(session).dead)
    notices.tell(
        session, _administrators(session), kind="jobs.dead", text=said, href="/console/jobs", dedup=f"dead:{newest.id}"
    )


def _ending(operation: Operation) -> str:
    return f"operation:{operation.id}:{operation.told_at}"


def _administrators(session: Session) -> Sequence[UUID]:
    wanted = select(Membership.account_id).where(Membership.role == Role.INSTITUTION_ADMIN, in_force(clock.today()))
    return session.scalars(wanted.distinct()).all()
