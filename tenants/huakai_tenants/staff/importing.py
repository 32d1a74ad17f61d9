"""The rows of a sheet as they come into the register, in as many statements for many rows as for few."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.rows import ADDED, CHANGED
from huakai_tenants.staff import contacts, enrolling, judging, posts
from huakai_tenants.staff.judging import Row
from huakai_tenants.staff.models import StaffMember


@dataclass(frozen=True)
class Sheets:
    """Who writes the rows of a sheet; `key` gives the master key, by which contacts are sealed."""

    key: Callable[[], bytes | None]

    def apply(self, session: Session, _actor: Actor, rows: Sequence[Row]) -> None:
        """Write the rows; those that the rules refuse are given their errors."""
        present = select(StaffMember.id, StaffMember.name, StaffMember.post, StaffMember.ab, StaffMember.left_on)
        people = session.execute(present.order_by(StaffMember.number).with_for_update()).all()
        reached = judging.contacts(rows, contacts.every(session, self.key()))
        judging.judge(rows, posts.plan(session), people)
        written = [one for one in rows if one.state in {ADDED, CHANGED}]
        ids = _add(session, [one for one in written if one.record is None])
        _change(session, [one for one in written if {*one.changes} & {*judging.STORED}])
        about = {
            one.record.id if one.record else ids[one.row]: reached[one.row] for one in written if one.row in reached
        }
        contacts.keep_all(session, self.key(), about)
        for month in clock.shown_months(judging.afterwards(one)["joined_on"] for one in written) if written else ():
            outbox.publish(session, NumbersChanged(month.isoformat()))


def _add(session: Session, rows: Sequence[Row]) -> dict[int, UUID]:
    """Write new people down; gives their ids by row."""
    ids = {one.row: uuid7() for one in rows}
    values = {one.row: judging.afterwards(one) for one in rows}
    taken = {*session.scalars(select(StaffMember.number)), *(one["number"] for one in values.values())} - {None}
    free = iter(enrolling.after(taken, len(rows)))
    shared = {"tenant_id": tenancy.current(session), "created_at": clock.now(), "version": 1}
    lines = [{**one, **shared, "id": ids[row], "number": one["number"] or next(free)} for row, one in values.items()]
    if lines:
        session.execute(insert(table(StaffMember)), lines)
    return ids


def _change(session: Session, rows: Sequence[Row]) -> None:
    """Change people who are locked."""
    members = table(StaffMember)
    here = (members.c.tenant_id == tenancy.current(session)) & (members.c.id == bindparam("of_member"))
    lines = [{**judging.afterwards(one), "of_member": one.record.id} for one in rows if one.record]
    if lines:
        values: dict[str, Any] = {name: bindparam(name) for name in judging.STORED}
        session.connection().execute(update(members).where(here).values(version=members.c.version + 1, **values), lines)
