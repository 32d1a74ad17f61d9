"""Filled-in sheets of registers between their dry run and their being applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.registers.models import InstitutionUpload

KEPT = timedelta(days=2)
"""How long a file that nobody applies is kept."""
LATEST = 10


class Uploads(Protocol):
    """The uploads of one register. Rows have `id`, `filename`, `state`, `summary`, `created_at` and `ended_at`."""

    def keep(self, actor: Actor, filename: str, content: bytes) -> UUID:
        """Keep an upload for later."""

    def get(self, import_id: UUID, *, lock: bool = False) -> Any:
        """One upload; raises NotFound."""

    def content(self, row: Any) -> bytes:
        """The file again; raises Conflict once it was applied or given up, or has lain too long."""

    def finish(self, row: Any, **summary: int) -> None:
        """What came of it; the file is taken away."""

    def discard(self, row: Any) -> None:
        """Give it up; the file is taken away. Raises Conflict once it has ended."""

    def forget(self) -> None:
        """Give up what was left lying for too long."""

    def latest(self) -> Sequence[Any]:
        """The last uploads without their files, the newest first, with who handed each in."""


@dataclass(frozen=True)
class InstitutionUploads:
    """The uploads of one register of an institution."""

    session: Session
    institution_id: UUID
    register: str

    def keep(self, actor: Actor, filename: str, content: bytes) -> UUID:
        self.forget()
        row = InstitutionUpload(
            institution_id=self.institution_id,
            id=uuid7(),
            register=self.register,
            filename=filename[-120:] or "list.xlsx",
            content=content,
            state="checked",
            summary={},
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def get(self, import_id: UUID, *, lock: bool = False) -> InstitutionUpload:
        query = select(InstitutionUpload).where(InstitutionUpload.id == import_id, *self._mine)
        if found := self.session.scalar(query.with_for_update() if lock else query):
            return found
        raise NotFound(_("没有这次导入。"))

    def content(self, row: InstitutionUpload) -> bytes:
        if row.state != "checked" or row.content is None or row.created_at < clock.now() - KEPT:
            raise Conflict(_("这次导入已经结束，请重新上传。"))
        return row.content

    def finish(self, row: InstitutionUpload, **summary: int) -> None:
        row.state, row.summary, row.ended_at, row.content = "applied", summary, clock.now(), None

    def discard(self, row: InstitutionUpload) -> None:
        if row.state != "checked":
            raise Conflict(_("这次导入已经结束，请重新上传。"))
        row.state, row.ended_at, row.content = "discarded", clock.now(), None

    def forget(self) -> None:
        old = (InstitutionUpload.state == "checked", InstitutionUpload.created_at < clock.now() - KEPT)
        self.session.execute(
            update(InstitutionUpload)
            .where(*self._mine, *old)
            .values(state="discarded", content=None, ended_at=clock.now())
            .execution_options(synchronize_session=False)
        )

    def latest(self) -> Sequence[Any]:
        wanted = (
            select(
                InstitutionUpload.id,
                InstitutionUpload.filename,
                InstitutionUpload.state,
                InstitutionUpload.summary,
                InstitutionUpload.created_at,
                Account.name.label("who"),
            )
            .outerjoin(Account, Account.id == InstitutionUpload.created_by)
            .where(*self._mine)
            .order_by(InstitutionUpload.created_at.desc(), InstitutionUpload.id.desc())
        )
        return self.session.execute(wanted.limit(LATEST)).all()

    @property
    def _mine(self) -> tuple[Any, ...]:
        return (
            InstitutionUpload.institution_id == self.institution_id,
            InstitutionUpload.register == self.register,
        )
