"""Makes exports: takes one that waits, reads its list as its asker may at this moment, and seals the workbook."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from huakai_platform.exports.catalogue import Exportable, exportable
from huakai_platform.exports.models import Export
from huakai_platform.exports.service import KEPT, as_asker, seal, title, told
from huakai_platform.identity.acting import actor_of
from huakai_platform.kernel import clock, i18n, notices, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Forbidden
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import EXPORT, ItemState, Operation, OperationItem
from huakai_platform.kernel.paging import Reached
from huakai_platform.resources import exporting, lists, schemas
from huakai_platform.resources.exporting import Line
from huakai_platform.resources.fields import Field, Resource

CHUNK = 1_000
LEASE = timedelta(minutes=2)
"""How long a process may say nothing of an export before another one takes it."""
ATTEMPTS = 5
"""An export that its process dies of so often is given up, so that it stands in nobody's way."""
MOST = 50
HERE = {"synchronize_session": False}


class Stopped(Exception):
    """It was cancelled, or another process has taken it."""


@dataclass(frozen=True)
class Taken:
    """An export in the hands of one process."""

    export: Export
    by: UUID

    @property
    def id(self) -> UUID:
        return self.export.id


def take(databases: Databases, by: UUID) -> Taken | None:
    """The oldest export that waits and that nobody makes; None where there is none."""
    with databases.session(Login.OVERSIGHT) as session:
        waiting = [(one, asker) for one, asker in session.execute(_WAITING) if asker]
    for export_id, account_id in waiting:
        with as_asker(databases, account_id) as session:
            if (found := _free(session, export_id)) is None:
                _forgotten(session, export_id)
                continue
            found.attempts, found.rows_done = found.attempts + 1, 0
            found.taken_by, found.taken_until = by, clock.now() + LEASE
        if found.attempts <= ATTEMPTS:
            return Taken(found, by)
        fail(databases, Taken(found, by), _("导出多次中断，没有完成。请缩小筛选范围后再试。"))
    return None


def make(databases: Databases, taken: Taken, between: Callable[[], bool] = lambda: False) -> int:
    """Read, write, seal and keep one export, and tell its asker where it is; how many rows it has.

    Every transaction is short: one a chunk; `between` them one may say that it is to stop. Raises Stopped, and
    HuakaiError with a reason that its asker can act on.
    """
    export = taken.export
    with i18n.speaking(export.locale):
        with as_asker(databases, export.account_id) as session:
            actor, one = _entitled(session, export)
            asked = schemas.parsed(one.resource, export.query)
            reading = Reading(databases, taken, actor, one.resource, asked, between)
            head = exporting.head(session, actor, one.resource)
            context = reading.begin(session)
        content = exporting.book(head, reading.shown, reading.lines(context), plain=one.plain)
        _keep(databases, taken, actor, content, reading.done)
    return reading.done


def fail(databases: Databases, taken: Taken, reason: str) -> None:
    """Write down why an export could not be made, and tell its asker; it can be tried again."""
    with as_asker(databases, taken.export.account_id) as session:
        export = _own(session, taken)
        if export is None or not operations.end(session, taken.id, error=reason):
            return
        export.taken_by = export.taken_until = None
        export.attempts = 0
        said = _("“{title}”没有导出：{reason}", title=title(export.list), reason=reason)
        key = f"{told(export.id)}:{clock.now()}"
        notices.tell(session, [export.account_id], kind="export.failed", text=said, href=_page(export.id), dedup=key)


def give_back(databases: Databases, taken: Taken) -> None:
    """Let go of an export that was not finished, so that the next process need not wait."""
    with as_asker(databases, taken.export.account_id) as session:
        if export := _own(session, taken):
            export.taken_by = export.taken_until = None
            export.attempts -= 1


def forget(databases: Databases) -> int:
    """Take away every export whose seven days are over; how many people had some."""
    before = clock.now() - KEPT
    asked = select(Operation.created_by).where(Operation.kind == EXPORT, Operation.created_at < before)
    with databases.session(Login.OVERSIGHT) as session:
        people = [one for one in session.scalars(asked.distinct()) if one]
    for account_id in people:
        with as_asker(databases, account_id) as session:
            session.execute(delete(Export).where(Export.expires_at < clock.now(), Export.taken_by.is_(None)))
    return len(people)


@dataclass
class Reading:
    """The whole list, read chunk by chunk, and how far it has come."""

    databases: Databases
    taken: Taken
    actor: Actor
    resource: Resource[Any, Any]
    asked: Mapping[str, Any]
    stop: Callable[[], bool]
    done: int = 0

    @property
    def shown(self) -> Sequence[Field[Any]]:
        return exporting.columns(self.resource, self.asked, "export")

    def begin(self, session: Session) -> Any:
        """Count what there is to read; what the words of the list depend on. Raises Stopped."""
        context = self.resource.context(session, self.actor)
        query = lists.unordered_query(self.resource, self.actor, schemas.question(self.asked), context)
        _note(session, self.taken, done=0, total=lists.count(session, self.resource, query))
        return context

    def lines(self, context: Any) -> Iterator[Line]:
        """What the cells of each row say, a chunk at a time. Raises Stopped."""
        question, shown = schemas.question(self.asked), self.shown
        reached: Reached | None = Reached()
        while reached is not None:
            if self.stop():
                raise Stopped
            with as_asker(self.databases, self.actor.account_id) as session:
                rows, said, reached = lists.next_rows(
                    session, self.resource, self.actor, question, context, reached, size=CHUNK
                )
                self.done += len(rows)
                _note(session, self.taken, done=self.done)
            yield from exporting.lines(shown, rows, said)


def _entitled(session: Session, export: Export) -> tuple[Actor, Exportable]:
    """The asker with the rights of this moment, and the list. Raises Forbidden and NotFound."""
    actor = actor_of(session, export.account_id, export.membership_id)
    if actor is None:
        raise Forbidden(_("要求导出时使用的身份已经结束。"))
    return actor, exportable(actor, export.list)


def _keep(databases: Databases, taken: Taken, actor: Actor, content: bytes, rows: int) -> None:
    sealed, token = seal(taken.id, content)
    with as_asker(databases, actor.account_id) as session:
        now, one = _entitled(session, taken.export)
        if (now.role, now.region_code) != (actor.role, actor.region_code):
            raise Forbidden(_("导出期间您的管辖范围有变化，请重新导出。"))
        export = _own(session, taken)
        if export is None or not operations.end(session, taken.id):
            raise Stopped
        export.content, export.size, export.made_at = sealed, len(content), clock.now()
        export.expires_at, export.role, export.region_code = clock.now() + KEPT, actor.role, actor.region_code
        export.taken_by = export.taken_until = None
        export.attempts, export.rows_done, export.rows_total = 0, rows, rows
        session.flush()
        about = {"title": title(export.list), "rows": rows, "days": KEPT.days}
        said = _("“{title}”已导出，共 {rows} 行，{days} 天内可以下载。", **about)
        href = f"{_page(export.id)}/{token}"
        notices.tell(session, [actor.account_id], kind="export.made", text=said, href=href, dedup=told(export.id))
        exporting.record(session, actor, one.resource, rows, printed=False)


def _free(session: Session, export_id: UUID) -> Export | None:
    """The row, locked, where no other process holds it or works on it."""
    idle = or_(Export.taken_until.is_(None), Export.taken_until < clock.now())
    return session.scalar(select(Export).where(Export.id == export_id, idle).with_for_update(skip_locked=True))


def _own(session: Session, taken: Taken) -> Export | None:
    """The row, locked, as long as it is in the hands of this process."""
    mine = Export.id == taken.id, Export.taken_by == taken.by
    return session.scalar(select(Export).where(*mine).with_for_update())


def _forgotten(session: Session, export_id: UUID) -> None:
    """End an operation that was tried again when its export was gone."""
    if session.scalar(select(Export.id).where(Export.id == export_id)) is None:
        operations.end(session, export_id, error=_("这份导出已经过期，请重新导出。"))


def _note(session: Session, taken: Taken, *, done: int, total: int | None = None) -> None:
    """Say how far it is, and that this process lives. Raises Stopped."""
    values = {"rows_done": done, "taken_until": clock.now() + LEASE} | ({} if total is None else {"rows_total": total})
    waits = select(OperationItem.position).where(
        OperationItem.operation_id == Export.id, OperationItem.state == ItemState.WAITING
    )
    mine = update(Export).where(Export.id == taken.id, Export.taken_by == taken.by, waits.exists())
    if session.execute(mine.values(values).returning(Export.id), execution_options=HERE).one_or_none() is None:
        raise Stopped


def _page(export_id: UUID) -> str:
    return f"/console/exports/{export_id}"


_WAITING = (
    select(Operation.id, Operation.created_by)
    .join(OperationItem, OperationItem.operation_id == Operation.id)
    .where(
        Operation.kind == EXPORT,
        Operation.done.is_(None),
        OperationItem.state == ItemState.WAITING,
    )
    .order_by(Operation.created_at, Operation.id)
    .limit(MOST)
)
