"""The two places of a room's entries: the open table, and the sealed one."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy, vault
from huakai_platform.kernel.crypto import DataKey, Place, seal, unseal
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entry_store import Answers, EntryStore
from huakai_tenants.registers.models import RegisterEntry, SealedEntry


@dataclass(frozen=True)
class SealedEntryStore(EntryStore):
    """Entries that only this room can open."""

    session: Session | None = None
    master_key: bytes | None = None
    keys: dict[int | None, DataKey] = field(default_factory=dict, compare=False)
    """Keys that were opened already, by generation; None is the newest."""

    def read(self, row: Any) -> Answers:
        key = self._key(row.generation)
        found: Answers = json.loads(unseal(key, self._place(row.id), row.sealed))
        return found

    def written(self, entry_id: UUID, answers: Answers) -> dict[str, Any]:
        key = self._key(None)
        content = json.dumps(answers, ensure_ascii=False).encode()
        return {"generation": key.generation, "sealed": seal(key, self._place(entry_id), content)}

    def _key(self, generation: int | None) -> DataKey:
        if generation not in self.keys:
            self.keys[generation] = vault.data_key(self._session, self.master_key, generation)
        return self.keys[generation]

    @property
    def _session(self) -> Session:
        assert self.session is not None
        return self.session

    def _place(self, entry_id: UUID) -> Place:
        return Place(tenancy.current(self._session), "sealed_entry", "sealed", entry_id)


def entry_store(session: Session, register: Register, master_key: bytes | None) -> EntryStore:
    """Where the entries of a register of the session's room stand."""
    if register.sealed:
        return SealedEntryStore(SealedEntry, searchable=False, session=session, master_key=master_key)
    return EntryStore(RegisterEntry)
