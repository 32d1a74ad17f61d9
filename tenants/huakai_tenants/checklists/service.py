"""What a room does with its checklists: see what is due, answer item by item, complete."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.identity.models import Account
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.pinned import pinned
from huakai_platform.workdays import calendar
from huakai_tenants.checklists import editions, points, schedule
from huakai_tenants.checklists.models import Attachment, ChecklistAnswer, ChecklistRun
from huakai_tenants.variations import applying

LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True)
class Due:
    """One line of the list of today: a checklist in its period, and how far it is."""

    code: str
    title: forms.Localized
    period: str
    period_start: date
    due_on: date
    total: int
    run_id: UUID | None = None
    answered: int = 0
    completed_at: datetime | None = None
    asked: bool = True
    """False for a daily checklist on a day that does not ask for it."""

    def state(self, day: date) -> str:
        """`done`, `voluntary`, `later`, `overdue`, `started` or `waiting`."""
        if self.completed_at:
            return "done"
        if not self.asked:
            return "voluntary"
        if self.period_start > day:
            return "later"
        if self.due_on < day:
            return "overdue"
        return "started" if self.answered else "waiting"


@dataclass(frozen=True)
class Given:
    """The present answer to an item."""

    value: Any
    note: str | None
    version: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """A run with everything that its page shows."""

    run: ChecklistRun
    definition: forms.Definition
    answers: Mapping[str, Given]
    files: Mapping[str, list[tuple[UUID, str, str]]]
    completed_by: str | None

    @property
    def values(self) -> dict[str, Any]:
        return {item: given.value for item, given in self.answers.items()}

    @property
    def proofs(self) -> dict[str, int]:
        return {item: len(found) for item, found in self.files.items()}

    @property
    def score(self) -> forms.Score:
        return forms.score(self.definition, self.values, self.proofs)

    @property
    def missing(self) -> list[forms.Problem]:
        return forms.missing(self.definition, self.values, self.proofs)


def today(session: Session, day: date) -> list[Due]:
    """What the room sees first: everything open on `day`, and what is overdue from the two weeks before."""
    site = pinned(session)
    lists = schedule.definitions(session, site)
    rows = session.execute(
        select(
            ChecklistRun.id,
            ChecklistRun.code,
            ChecklistRun.period_start,
            ChecklistRun.due_on,
            ChecklistRun.completed_at,
            ChecklistRun.created_at,
            ChecklistRun.edition_id,
            func.count(ChecklistAnswer.value["v"].as_string()).label("answered"),
        )
        .outerjoin(
            ChecklistAnswer,
            (ChecklistAnswer.tenant_id == ChecklistRun.tenant_id) & (ChecklistAnswer.run_id == ChecklistRun.id),
        )
        .where(ChecklistRun.due_on >= day - LOOK_BACK)
        .group_by(ChecklistRun.tenant_id, ChecklistRun.id)
    ).all()
    known = {(row.code, row.period_start): row for row in rows}
    own, vary, now_at = editions.by_run(session), applying.varied(session), clock.now()
    works = calendar.around(session, day).works
    wanted = schedule.expected(lists.values(), day, works, since=site.opened_on)
    now = {(one.code, one.period_start) for one in wanted}
    found = [
        _due(definition, row.period_start, row.due_on, row)
        for key, row in known.items()
        if (key in now or (row.due_on < day and row.completed_at is None) or row.due_on >= day)
        and (definition := own(row))
    ]
    found += [
        _due(vary(lists[one.code], now_at), one.period_start, one.due_on, None)
        for one in wanted
        if one.due_on >= day and (one.code, one.period_start) not in known
    ]
    found += [
        replace(_due(vary(lists[one.code], now_at), one.period_start, one.due_on, None), asked=False)
        for one in schedule.voluntary(lists.values(), day, works)
        if (one.code, one.period_start) not in known
    ]
    return sorted(found, key=lambda due: (due.due_on, due.code))


def runs(completed: bool | None = None) -> Select[*tuple[Any, ...]]:
    """The room's runs, all of them, only those completed, or only those that are not."""
    query = select(
        ChecklistRun.id,
        ChecklistRun.code,
        ChecklistRun.period_start,
        ChecklistRun.due_on,
        ChecklistRun.completed_at,
        ChecklistRun.score,
    )
    return query if completed is None else query.where(ChecklistRun.completed_at.is_not(None) == completed)


def begin(session: Session, actor: Actor, code: str, day: date) -> UUID:
    """The run of a checklist in the period of `day`; made when nobody has begun it yet."""
    site = pinned(session)
    lists = schedule.definitions(session, site).values()
    works = calendar.around(session, day).works
    open_now = schedule.expected(lists, day, works, since=site.opened_on) + schedule.voluntary(lists, day, works)
    wanted = [one for one in open_now if one.code == code]
    if not wanted:
        raise NotFound(_("今天没有这张检查单。"))
    schedule.write(session, site.edition_id, wanted)
    return session.scalars(
        select(ChecklistRun.id).where(ChecklistRun.code == code, ChecklistRun.period_start == wanted[0].period_start)
    ).one()


def get(session: Session, run_id: UUID, *, lock: bool = False) -> ChecklistRun:
    """A run of this room; another room's is not there."""
    query = select(ChecklistRun).where(ChecklistRun.id == run_id)
    run = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if run is None:
        raise NotFound(_("没有这张检查单。"))
    return run


def sheet(session: Session, run_id: UUID) -> Sheet:
    """Everything of a run, in a fixed number of statements."""
    run = get(session, run_id)
    rows = session.execute(
        select(
            ChecklistAnswer.item,
            ChecklistAnswer.value,
            ChecklistAnswer.note,
            ChecklistAnswer.version,
            ChecklistAnswer.answered_at,
            Account.name,
        )
        .join(Account, Account.id == ChecklistAnswer.answered_by)
        .where(ChecklistAnswer.run_id == run_id)
    )
    answers = {row.item: Given(row.value["v"], row.note, row.version, row.name, row.answered_at) for row in rows}
    files: dict[str, list[tuple[UUID, str, str]]] = {}
    for row in session.execute(
        select(Attachment.id, Attachment.item, Attachment.name, Attachment.media_type)
        .where(Attachment.run_id == run_id)
        .order_by(Attachment.added_at)
    ):
        files.setdefault(row.item, []).append((row.id, row.name, row.media_type))
    by = session.scalar(select(Account.name).where(Account.id == run.completed_by)) if run.completed_by else None
    return Sheet(run, definition_of(session, run), answers, files, by)


def definition_of(session: Session, run: ChecklistRun) -> forms.Definition:
    """The checklist as the run has it. Raises NotFound."""
    if found := editions.by_run(session)(run):
        return found
    raise NotFound(_("标准中没有这张检查单。"))


def complete(session: Session, actor: Actor, run_id: UUID) -> Sheet:
    """Close a run that lacks nothing, keep its score, and tell the platform; again changes nothing."""
    run = get(session, run_id, lock=True)
    whole = sheet(session, run_id)
    if run.completed_at:
        return whole
    if run.period_start > clock.today():
        raise Conflict(_("这张检查单还没有开始，{day} 起填写。", day=run.period_start.isoformat()))
    if problems := whole.missing:
        raise Invalid(_("还有未填写的项目或证明。"), {problem.item: [problem.message] for problem in problems})
    score = whole.score
    run.completed_at, run.completed_by = clock.now(), actor.account_id
    run.score = {
        "points": str(score.points),
        "possible": str(score.possible),
        "percent": str(score.percent) if score.percent is not None else None,
        "failed": list(score.failed),
        "failed_core": list(score.failed_core),
    }
    session.flush()
    points.arise(session, actor, run, whole.definition, list(score.failed_core))
    outbox.publish(session, ChecklistCompleted(run.id, clock.month(run.due_on).isoformat()))
    about = {"code": run.code, "failed_core": len(score.failed_core), "percent": run.score["percent"]}
    audit.record(session, actor, "checklists.completed", "checklist_run", run.id, **about)
    return whole


def open_run(session: Session, run_id: UUID) -> ChecklistRun:
    """A run that may still be answered, locked against its completion."""
    run = session.scalars(
        select(ChecklistRun).where(ChecklistRun.id == run_id).with_for_update(read=True)
    ).one_or_none()
    if run is None:
        raise NotFound(_("没有这张检查单。"))
    if run.completed_at:
        raise Conflict(_("这张检查单已经完成，不能再修改。"))
    if run.period_start > clock.today():
        raise Conflict(_("这张检查单还没有开始，{day} 起填写。", day=run.period_start.isoformat()))
    return run


def _due(definition: forms.Definition, period_start: date, due_on: date, row: Any) -> Due:
    return Due(
        code=definition.code,
        title=definition.title,
        period=definition.period or "once",
        period_start=period_start,
        due_on=due_on,
        total=sum(1 for _item in definition),
        run_id=row.id if row else None,
        answered=getattr(row, "answered", 0) if row else 0,
        completed_at=row.completed_at if row else None,
    )
