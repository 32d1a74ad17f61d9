"""Opening a completed run again, for a reason that stays."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists import points, service
from huakai_tenants.checklists.models import ChecklistReopening, ChecklistRun

SHORTEST_REASON = 4


def reopen(session: Session, actor: Actor, run_id: UUID, reason: str) -> ChecklistRun:
    """Let a completed run be answered again; its former score is kept. Raises Invalid or Conflict."""
    if len(reason) < SHORTEST_REASON:
        told = _("请说明理由，至少 {count} 个字", count=SHORTEST_REASON)
        raise Invalid(told, {"reason": [told]})
    run = service.get(session, run_id, lock=True)
    if run.completed_at is None or run.completed_by is None:
        raise Conflict(_("这张检查单还没有完成，不需要重新打开。"))
    session.add(
        ChecklistReopening(
            tenant_id=run.tenant_id,
            id=uuid7(),
            run_id=run.id,
            reason=reason,
            completed_at=run.completed_at,
            completed_by=run.completed_by,
            score=run.score or {},
            reopened_by=actor.account_id,
            reopened_at=clock.now(),
        )
    )
    run.completed_at = run.completed_by = run.score = None
    session.flush()
    points.reopened(session, actor, run)
    outbox.publish(session, NumbersChanged(clock.month(run.due_on).isoformat()))
    audit.record(session, actor, "checklists.reopened", "checklist_run", run.id, code=run.code)
    return run


def history(session: Session, run_id: UUID) -> list[ChecklistReopening]:
    """Every time a run was opened again, the first first."""
    wanted = select(ChecklistReopening).where(ChecklistReopening.run_id == run_id)
    return list(session.scalars(wanted.order_by(ChecklistReopening.reopened_at)))
