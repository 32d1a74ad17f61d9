"""Writing entries of a register: added, changed, taken out of force; never deleted but by time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entry_store import Answers, EntryStore

FIRST_DAY = date(1950, 1, 1)
IDENTIFYING = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
TELLS = _("这里像有手机号或身份证号，请去掉能认出本人的内容")


@dataclass(frozen=True)
class Entry:
    """An entry with what it says."""

    row: Any
    answers: Answers

    @property
    def id(self) -> UUID:
        found: UUID = self.row.id
        return found

    @property
    def version(self) -> int:
        found: int = self.row.version
        return found

    @property
    def items(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.answers["items"]
        return found

    def rows(self, code: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.answers.get("rows", {}).get(code, [])
        return found


def may_write(actor: Actor, register: Register) -> None:
    """Raises Forbidden."""
    if not register.written_by(actor):
        raise Forbidden(_("您的身份不能在这本登记簿里登记。"))


def get(session: Session, store: EntryStore, register: Register, entry_id: UUID, *, lock: bool = False) -> Entry:
    """An entry of the store's owner; raises NotFound."""
    model = store.model
    wanted = select(model).where(model.id == entry_id, model.register == register.code, store.mine)
    row = session.scalar(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)
    if row is None:
        raise NotFound(_("没有这一条登记。"))
    return Entry(row, store.read(row))


def add(
    session: Session, actor: Actor, store: EntryStore, register: Register, answers: Answers, edition_id: UUID
) -> UUID:
    """Write a new entry down under the next number. Raises Forbidden and Invalid."""
    day = _checked(actor, register, answers)
    number = next_number(session, store, register)
    row = fresh(session, actor, store, register, answers, edition_id=edition_id, number=number, day=day)
    session.execute(insert(table(store.model)), [row])
    entry_id: UUID = row["id"]
    audit.record(session, actor, "registers.added", "register_entry", entry_id, register=register.code)
    return entry_id


def fresh(
    session: Session, actor: Actor, store: EntryStore, register: Register, answers: Answers, **about: Any
) -> dict[str, Any]:
    """The columns of a new entry; `about` holds its edition, number and day."""
    entry_id = uuid7()
    row = {
        **store.owner,
        "id": entry_id,
        "register": register.code,
        "created_by": actor.account_id,
        "created_at": clock.now(),
        "version": 1,
        **about,
        **store.written(entry_id, answers),
    }
    return row | _tenant(session, table(store.model))


def change(
    session: Session, actor: Actor, store: EntryStore, register: Register, entry_id: UUID, answers: Answers, **seen: Any
) -> date:
    """Replace what an entry says; the day it was counted on before. `seen` holds the version and the edition.

    Raises Forbidden, Invalid, StaleVersion, and Conflict for one that is no longer in force.
    """
    day = _checked(actor, register, answers)
    row = _in_force(session, store, register, entry_id)
    if row.version != seen["version"]:
        raise StaleVersion(_("刚才有人改过这一条，您的填写没有覆盖它。核对后再保存一次，就以您的为准。"), row.version)
    before: date = row.day
    about = {
        "day": day,
        "edition_id": seen["edition_id"],
        "changed_by": actor.account_id,
        "changed_at": clock.now(),
        "reviewed_by": None,
        "reviewed_at": None,
        "version": row.version + 1,
        **store.written(entry_id, answers),
    }
    for name, value in about.items():
        setattr(row, name, value)
    session.flush()
    audit.record(session, actor, "registers.changed", "register_entry", entry_id, register=register.code)
    return before


def cancel(session: Session, actor: Actor, store: EntryStore, register: Register, entry_id: UUID, reason: str) -> date:
    """Take an entry out of force with a reason; it stays to be read. The day it was counted on."""
    may_write(actor, register)
    row = _in_force(session, store, register, entry_id)
    row.cancelled_at, row.cancelled_why = clock.now(), reason
    row.version += 1
    session.flush()
    audit.record(session, actor, "registers.cancelled", "register_entry", entry_id, register=register.code)
    day: date = row.day
    return day


def restore(session: Session, actor: Actor, store: EntryStore, register: Register, entry_id: UUID) -> date:
    """Put an entry back in force. The day it is counted on; raises Conflict when it is in force."""
    may_write(actor, register)
    row = get(session, store, register, entry_id, lock=True).row
    if row.cancelled_at is None:
        raise Conflict(_("这一条没有作废。"))
    row.cancelled_at, row.cancelled_why = None, None
    row.version += 1
    session.flush()
    audit.record(session, actor, "registers.restored", "register_entry", entry_id, register=register.code)
    day: date = row.day
    return day


def review(
    session: Session, actor: Actor, store: EntryStore, register: Register, entry_id: UUID, *, version: int
) -> date:
    """Pass an entry as its second person; the day from which it is counted.

    Raises Forbidden to whoever wrote it, StaleVersion, and Conflict where nothing waits to be reviewed.
    """
    row = _in_force(session, store, register, entry_id)
    if not register.reviewed or row.reviewed_at is not None:
        raise Conflict(_("这一条不需要复核。"))
    if not may_review(actor, register, row):
        raise Forbidden(_("要由没有写过这一条的另一个人复核。"))
    if row.version != version:
        raise StaleVersion(_("刚才有人改过这一条，您的填写没有覆盖它。核对后再保存一次，就以您的为准。"), row.version)
    row.reviewed_by, row.reviewed_at, row.version = actor.account_id, clock.now(), row.version + 1
    session.flush()
    audit.record(session, actor, "registers.reviewed", "register_entry", entry_id, register=register.code)
    day: date = row.day
    return day


def may_review(actor: Actor, register: Register, row: Any) -> bool:
    """Whether an entry waits for a review that the actor may make: a writer, but none who wrote this entry."""
    waits = register.reviewed and row.reviewed_at is None and row.cancelled_at is None
    return waits and register.written_by(actor) and actor.account_id not in (row.created_by, row.changed_by)


def next_number(session: Session, store: EntryStore, register: Register) -> int:
    """The next running number; locks the numbering of the register until commit."""
    owner = "/".join(str(value) for value in (*store.owner.values(), session.info.get("tenant_id"), register.code))
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(owner, 0))))
    model = store.model
    latest = select(func.max(model.number)).where(model.register == register.code, store.mine)
    return (session.scalar(latest) or 0) + 1


def forget(session: Session, store: EntryStore, register: Register, today: date) -> int:
    """Delete what has been kept long enough; how many entries that were."""
    model = table(store.model)
    old = delete(store.model).where(
        store.model.register == register.code,
        store.model.day < clock.months_on(today, -register.months),
        store.mine,
    )
    return len(session.execute(old.returning(model.c.id)).all())


def _checked(actor: Actor, register: Register, answers: Answers) -> date:
    may_write(actor, register)
    day = date.fromisoformat(str(answers["items"][register.dated]))
    if not FIRST_DAY <= day <= clock.today():
        raise Invalid(_("填写的内容有误。"), {register.dated: [_("日期不能晚于今天")]})
    if found := faults(register, answers["items"]):
        raise Invalid(_("填写的内容有误。"), {code: [said] for code, said in found.items()})
    return day


def faults(register: Register, items: Mapping[str, Any]) -> dict[str, Message]:
    """By item what the register refuses of answers that are well-formed."""
    found: dict[str, Message] = {}
    if register.anonymous:
        texts = ((code, said) for code, said in items.items() if isinstance(said, str))
        found |= {code: TELLS for code, said in texts if IDENTIFYING.search(said)}
    if register.cites and (source := items.get(register.cites)) and source not in register.sources:
        known = listed(sorted(register.sources))
        found[register.cites] = _("标准里没有来源 {source}；现有：{known}", source=source, known=known)
    return found


def _in_force(session: Session, store: EntryStore, register: Register, entry_id: UUID) -> Any:
    row = get(session, store, register, entry_id, lock=True).row
    if row.cancelled_at is not None:
        raise Conflict(_("这一条已经作废，不能再改。"))
    return row


def _tenant(session: Session, model: Any) -> dict[str, Any]:
    return {"tenant_id": session.info["tenant_id"]} if "tenant_id" in model.c else {}
