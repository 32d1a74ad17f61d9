"""Keeping an uploaded list sealed until it is applied, once, or given up."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock, tenancy, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.crypto import Place, seal, unseal
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.sheets.models import SheetImport

KEPT = timedelta(days=2)
"""How long a file that nobody applies is kept."""


def keep(
    session: Session, actor: Actor, master_key: bytes | None, kind: str, filename: str, content: bytes
) -> SheetImport:
    """Seal an upload for later; files of the same kind that were left lying are given up."""
    forget(session, kind)
    key, row_id = vault.data_key(session, master_key), uuid7()
    row = SheetImport(
        tenant_id=tenancy.current(session),
        id=row_id,
        kind=kind,
        filename=filename[-120:] or "list.xlsx",
        sha256=hashlib.sha256(content).hexdigest(),
        generation=key.generation,
        sealed=seal(key, _place(session, row_id), content),
        state="checked",
        summary={},
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def get(session: Session, kind: str, import_id: UUID, *, lock: bool = False) -> SheetImport:
    """An upload of this room; raises NotFound."""
    query = select(SheetImport).where(SheetImport.id == import_id, SheetImport.kind == kind)
    if found := session.scalars(query.with_for_update() if lock else query).one_or_none():
        return found
    raise NotFound(_("没有这次导入。"))


def content(session: Session, master_key: bytes | None, row: SheetImport) -> bytes:
    """The file again; raises Conflict once it was applied or given up, or has lain too long."""
    if row.state != "checked" or row.sealed is None or row.created_at < clock.now() - KEPT:
        raise Conflict(_("这次导入已经结束，请重新上传。"))
    key = vault.data_key(session, master_key, row.generation)
    return unseal(key, _place(session, row.id), row.sealed)


def finish(row: SheetImport, **summary: Any) -> None:
    """What came of it; the file is taken away."""
    row.state, row.summary, row.ended_at, row.sealed = "applied", summary, clock.now(), None


def discard(row: SheetImport) -> None:
    """Give an upload up; the file is taken away. Raises Conflict once it was applied or given up."""
    if row.state != "checked":
        raise Conflict(_("这次导入已经结束，请重新上传。"))
    row.state, row.ended_at, row.sealed = "discarded", clock.now(), None


def latest(session: Session, kind: str, most: int = 10) -> Sequence[Row[*tuple[Any, ...]]]:
    """The room's last uploads of a kind without their files, the newest first, with who handed each in."""
    return session.execute(
        select(
            SheetImport.id,
            SheetImport.filename,
            SheetImport.state,
            SheetImport.summary,
            SheetImport.created_at,
            Account.name.label("who"),
        )
        .outerjoin(Account, Account.id == SheetImport.created_by)
        .where(SheetImport.kind == kind)
        .order_by(SheetImport.created_at.desc(), SheetImport.id.desc())
        .limit(most)
    ).all()


def forget(session: Session, kind: str) -> None:
    """Give up what was left lying for too long, and take the files away."""
    session.execute(
        update(SheetImport)
        .where(
            SheetImport.kind == kind,
            SheetImport.state == "checked",
            SheetImport.created_at < clock.now() - KEPT,
        )
        .values(state="discarded", sealed=None, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _place(session: Session, row_id: UUID) -> Place:
    return Place(tenancy.current(session), "sheet_import", "sealed", row_id)
