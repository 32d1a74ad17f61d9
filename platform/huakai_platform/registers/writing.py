"""Writing many entries of a register at once, in as many statements for many as for few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.registers import entries
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import Answers, EntryStore


@dataclass(frozen=True)
class Writing:
    """Answers that were checked, on their way into a register."""

    session: Session
    actor: Actor
    store: EntryStore
    register: Register
    edition_id: UUID

    def add_all(self, answers: Sequence[Answers], number: int) -> set[date]:
        """New entries, numbered from `number` on; the days they are counted on."""
        rows = [
            entries.fresh(
                self.session,
                self.actor,
                self.store,
                self.register,
                one,
                edition_id=self.edition_id,
                number=number + place,
                day=self._day(one),
            )
            for place, one in enumerate(answers)
        ]
        if rows:
            self.session.execute(insert(table(self.store.model)), rows)
        return {row["day"] for row in rows}

    def change_all(self, changed: Sequence[tuple[Entry, Answers]]) -> set[date]:
        """Replace what locked entries say; the days they were and are counted on."""
        days = set()
        for entry, answers in changed:
            row, day = entry.row, self._day(answers)
            days |= {row.day, day}
            about = {"day": day, "edition_id": self.edition_id, "changed_by": self.actor.account_id}
            about |= {"changed_at": clock.now(), "version": row.version + 1, "reviewed_by": None, "reviewed_at": None}
            for name, value in (about | self.store.written(row.id, answers)).items():
                setattr(row, name, value)
        self.session.flush()
        return days

    def _day(self, answers: Answers) -> date:
        return date.fromisoformat(answers["items"][self.register.dated])
