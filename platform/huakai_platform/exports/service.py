"""What a person does with their exports: ask for one, look where it stands, stop it, try it again, take it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.exports.catalogue import LISTS, exportable
from huakai_platform.exports.models import Export
from huakai_platform.kernel import audit, clock, crypto, operations, paging, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.crypto import DataKey, Place
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Forbidden, NotFound
from huakai_platform.kernel.i18n import Message, _, language
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.operations import EXPORT, Ending, ItemState, Operation, OperationItem
from huakai_platform.kernel.paging import Order, Page

KEPT = timedelta(days=7)
AT_ONCE = 3
"""Exports of one person that may wait or run at the same time."""
PAGE = 20
NEWEST = Order((Export.asked_at, Export.id), falling=True)


@dataclass(frozen=True)
class Standing:
    """One's own export, as its page and its line in the list say it."""

    export: Export
    ending: Ending
    error: str | None
    link: str | None
    """Where the workbook is taken, key and all; only while the notice that holds it is there."""

    @property
    def title(self) -> Message:
        return title(self.export.list)

    @property
    def running(self) -> bool:
        return self.ending is Ending.RUNNING


def title(name: str) -> Message:
    """What the list is called; a list of an earlier release by its name."""
    known = LISTS.get(name)
    return known.resource.title if known else Message("{name}", name=name)


def start(session: Session, actor: Actor, name: str, query: str) -> Export:
    """Ask for the whole list that an address shows, as a workbook in the reader's language.

    Raises NotFound, Forbidden, and Conflict when too many of one's own wait.
    """
    one = exportable(actor, name)
    if actor.membership_id is None:
        raise Forbidden(_("请先选择身份。"))
    if _unfinished(session, actor) >= AT_ONCE:
        raise Conflict(_("您已有 {most} 份导出在等待或生成，请等它们完成后再试。", most=AT_ONCE))
    about = _("导出：{title}", title=one.resource.title)
    operation = operations.start(session, actor, EXPORT, about, [(None, f"huakai-{name}.xlsx")])
    now = clock.now()
    export = Export(
        id=operation.id,
        account_id=actor.account_id,
        membership_id=actor.membership_id,
        list=name,
        query=query,
        locale=language(),
        asked_at=now,
        expires_at=now + KEPT,
    )
    session.add(export)
    session.flush()
    audit.record(session, actor, "exports.asked", "export", export.id, list=name)
    return export


def mine(session: Session, actor: Actor, asked: Mapping[str, object]) -> tuple[list[Standing], Page]:
    """One page of one's own exports, the newest first."""
    query = select(Export.id).where(Export.account_id == actor.account_id)
    cut = paging.cut(session, query, NEWEST, asked, paging.count(session, query), PAGE)
    return _standings(session, actor, [row.id for row in cut.rows]), cut


def get(session: Session, actor: Actor, export_id: UUID) -> Standing:
    """One of one's own. Raises NotFound."""
    found = _standings(session, actor, [export_id])
    if not found:
        raise NotFound(_("没有这份导出，可能已经过期。"))
    return found[0]


def cancel(session: Session, actor: Actor, export_id: UUID) -> None:
    """Stop one of one's own. Raises NotFound, and Conflict where it has ended."""
    get(session, actor, export_id)
    operations.cancel(session, actor, export_id)
    operation = session.get_one(Operation, export_id, with_for_update=True)
    operations.settle(session, operation)
    operation.told_at = clock.now()


def resume(session: Session, actor: Actor, export_id: UUID) -> None:
    """Try one of one's own again that failed or was stopped. Raises NotFound and Conflict."""
    exportable(actor, get(session, actor, export_id).export.list)
    operations.resume(session, actor, export_id)


def take(session: Session, actor: Actor, export_id: UUID, token: str) -> tuple[bytes, str]:
    """The workbook and its list, for its asker in the role and with the reach that it was read with, by the key of its
    link. Raises NotFound for anybody and anything else."""
    own = Export.id == export_id, Export.account_id == actor.account_id, Export.membership_id == actor.membership_id
    found = session.scalar(select(Export).where(*own, Export.expires_at > clock.now()))
    if found is None or found.content is None or (found.role, found.region_code) != (actor.role, actor.region_code):
        raise _nothing()
    if found.list not in LISTS or not actor.can(LISTS[found.list].permission):
        raise _nothing()
    try:
        content = crypto.unseal(DataKey(1, urlsafe_b64decode(token + "=")), place(export_id), found.content)
    except (crypto.Sealed, Error, ValueError):
        raise _nothing() from None
    audit.record(session, actor, "exports.taken", "export", export_id, list=found.list)
    return content, found.list


def seal(export_id: UUID, content: bytes) -> tuple[bytes, str]:
    """A workbook sealed under a new key, and that key as the link carries it; it is kept nowhere else."""
    key = crypto.new_key()
    return crypto.seal(key, place(export_id), content), urlsafe_b64encode(key.secret).decode().rstrip("=")


def place(export_id: UUID) -> Place:
    return Place(tenancy.PLATFORM, "export", "content", export_id)


def told(export_id: UUID) -> str:
    """The notice that holds the link, by what makes it the only one."""
    return f"export:{export_id}"


@contextmanager
def as_asker(databases: Databases, account_id: UUID) -> Iterator[Session]:
    """A transaction of the console that may see the exports of one person, and of nobody else."""
    with databases.open(Login.OVERSIGHT) as session:
        tenancy.enter(session, tenancy.PLATFORM, account_id=account_id)
        with session.begin():
            yield session


def _nothing() -> NotFound:
    return NotFound(_("没有这份导出，可能已经过期。"))


def _unfinished(session: Session, actor: Actor) -> int:
    waiting = (
        select(func.count())
        .select_from(Export)
        .join(OperationItem, OperationItem.operation_id == Export.id)
        .where(Export.account_id == actor.account_id, OperationItem.state == ItemState.WAITING)
    )
    return session.scalar(waiting) or 0


def _standings(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[Standing]:
    """Those of the actor's own exports, in this order, in one statement."""
    link = select(Notice.href).where(
        Notice.account_id == actor.account_id, Notice.dedup == func.concat("export:", Export.id)
    )
    query = (
        select(Export, OperationItem.state, OperationItem.error, link.scalar_subquery())
        .join(OperationItem, OperationItem.operation_id == Export.id)
        .where(Export.id.in_(ids), Export.account_id == actor.account_id)
    )
    found = {row[0].id: Standing(row[0], _ENDINGS[row[1]], row[2], row[3]) for row in session.execute(query)}
    return [found[one] for one in ids if one in found]


_ENDINGS: Mapping[str, Ending] = {
    ItemState.WAITING: Ending.RUNNING,
    ItemState.DONE: Ending.DONE,
    ItemState.FAILED: Ending.FAILED,
    ItemState.CANCELLED: Ending.CANCELLED,
}
