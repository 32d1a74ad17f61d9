"""Filled-in sheets of a room's registers: sealed, whatever the register, as they may name persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport


@dataclass(frozen=True)
class RoomUploads:
    """The uploads of one register of the session's room."""

    session: Session
    master_key: bytes | None
    register: str

    def keep(self, actor: Actor, filename: str, content: bytes) -> UUID:
        return sheets.keep(self.session, actor, self.master_key, self._kind, filename, content).id

    def get(self, import_id: UUID, *, lock: bool = False) -> SheetImport:
        return sheets.get(self.session, self._kind, import_id, lock=lock)

    def content(self, row: SheetImport) -> bytes:
        return sheets.content(self.session, self.master_key, row)

    def finish(self, row: SheetImport, **summary: int) -> None:
        sheets.finish(row, **summary)

    def discard(self, row: SheetImport) -> None:
        sheets.discard(row)

    def forget(self) -> None:
        sheets.forget(self.session, self._kind)

    def latest(self) -> Sequence[Any]:
        return sheets.latest(self.session, self._kind)

    @property
    def _kind(self) -> str:
        return f"register.{self.register}"
