"""Open points: a failed core item of a completed run, until somebody else has seen that it is right again."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import clock, notices, tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.db import table
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_tenants.checklists.models import ChecklistRun, OpenPoint, PointEntry

UNSAID = 7
"""Days to put a point right where the edition of the run sets none."""
SAFETY = frozenset({"safety", "privacy"})
"""The sections whose failures are put right by the shortest of the edition's deadlines."""
_INSERT = (
    insert(table(OpenPoint))
    .on_conflict_do_nothing(constraint="open_point_tenant_id_number_key")
    .returning(table(OpenPoint).c.id)
)


def arise(session: Session, actor: Actor, run: ChecklistRun, definition: forms.Definition, failed: list[str]) -> None:
    """Let every failed core item of a run have its point, and note at the run's other points that they are right.

    An item whose point of an earlier run is not closed yet, or of this run whatever its state, gets no twin.
    """
    for section in definition.sections:
        for item in section.items:
            if item.code in failed:
                _arise(session, actor, run, item.code, _due_on(session, run, section.code))
    corrected = select(OpenPoint).where(
        OpenPoint.run_id == run.id, OpenPoint.state != "closed", OpenPoint.item.not_in(failed)
    )
    for point in session.scalars(corrected).all():
        enter(session, actor, point.id, "corrected")


def reopened(session: Session, actor: Actor, run: ChecklistRun) -> None:
    """Note at the points of a run that it was opened again; they stay."""
    for point_id in session.scalars(
        select(OpenPoint.id).where(OpenPoint.run_id == run.id, OpenPoint.state != "closed")
    ).all():
        enter(session, actor, point_id, "reopened")


def enter(
    session: Session,
    actor: Actor | None,
    point_id: UUID,
    deed: str,
    text: str | None = None,
    *,
    owner_id: UUID | None = None,
    due_on: date | None = None,
) -> UUID:
    """Add a line to a point's history; gives its id."""
    by = actor.account_id if actor else None
    about = {"text": text or None, "owner_id": owner_id, "due_on": due_on, "by": by, "at": clock.now()}
    entry = PointEntry(tenant_id=tenancy.current(session), id=uuid7(), point_id=point_id, deed=deed, **about)
    session.add(entry)
    session.flush()
    return entry.id


def tell_owner(session: Session, actor: Actor, owner_id: UUID | None, point_id: UUID, number: int) -> None:
    """Tell whoever has a point now, unless it is the one who acts."""
    if owner_id and owner_id != actor.account_id:
        said = _("待整改项 {number} 由您负责。", number=number)
        notices.tell(session, [owner_id], kind="point_assigned", text=said, href=f"/room/points/{point_id}")


def people(session: Session, roles: Iterable[Role]) -> list[UUID]:
    """The accounts that work in one of the roles in this room today, the earliest first."""
    today = clock.today()
    return list(
        dict.fromkeys(
            session.scalars(
                select(Membership.account_id)
                .where(
                    Membership.site_id == tenancy.current(session),
                    Membership.role.in_([role.value for role in roles]),
                    Membership.ended_at.is_(None),
                    func.coalesce(Membership.valid_from, today) <= today,
                    func.coalesce(Membership.valid_until, today) >= today,
                )
                .order_by(Membership.created_at, Membership.id)
            )
        )
    )


def _arise(session: Session, actor: Actor, run: ChecklistRun, item: str, due_on: date) -> None:
    """Whoever writes the same number meanwhile is waited for, and then looked at: no number and no item twice.

    The number is taken before the look, or whoever ends between the two would leave a twin.
    """
    owner_id = next(iter(people(session, [Role.SITE_HEAD])), actor.account_id)
    while True:
        number = (session.scalar(select(func.max(OpenPoint.number))) or 0) + 1
        if known := _known(session, run, item):
            _again(session, actor, run, known)
            return
        row = {
            "tenant_id": run.tenant_id,
            "id": uuid7(),
            "number": number,
            "run_id": run.id,
            "item": item,
            "core": True,
            "owner_id": owner_id,
            "due_on": due_on,
            "state": "open",
            "opened_at": clock.now(),
        }
        if point_id := session.scalar(_INSERT, row):
            enter(session, actor, point_id, "opened", owner_id=owner_id, due_on=due_on)
            tell_owner(session, actor, owner_id, point_id, number)
            return


def _known(session: Session, run: ChecklistRun, item: str) -> OpenPoint | None:
    """The point of this item that is not closed, or that this very run has had already."""
    here = (ChecklistRun.tenant_id == OpenPoint.tenant_id) & (ChecklistRun.id == OpenPoint.run_id)
    unsettled = (ChecklistRun.code == run.code) & (OpenPoint.state != "closed")
    return session.scalars(
        select(OpenPoint)
        .join(ChecklistRun, here)
        .where(OpenPoint.item == item, unsettled | (OpenPoint.run_id == run.id))
        .order_by(OpenPoint.number.desc())
        .limit(1)
        .with_for_update(of=OpenPoint)
    ).one_or_none()


def _again(session: Session, actor: Actor, run: ChecklistRun, point: OpenPoint) -> None:
    """It failed once more: what was thought to be right is open again."""
    if point.state != "open":
        point.state = "open"
        point.fixed_at = point.fixed_by = point.closed_at = point.closed_by = None
    enter(session, actor, point.id, "recurred", run.due_on.isoformat())


def _due_on(session: Session, run: ChecklistRun, section: str) -> date:
    deadlines = standards.body(session, run.edition_id, "indicators")["rectification"]
    days = {one["code"]: int(one["days"]) for one in deadlines}
    return clock.today() + timedelta(days=days.get("safety" if section in SAFETY else "core", UNSAID))
