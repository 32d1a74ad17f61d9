"""The scans that prove a training record; they are kept where all scans of the staff are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_tenants.staff import files
from huakai_tenants.staff.models import StaffFile
from huakai_tenants.training.models import TrainingRecord

KIND = "training"


def attach(session: Session, actor: Actor, record: TrainingRecord, name: str, content: bytes) -> None:
    """Keep a scan of a record for whoever holds it. Raises FileRefused."""
    files.attach(session, actor, record.member_id, record.id, name, content, kind=KIND)


def of(session: Session, record: TrainingRecord) -> Sequence[Row[*tuple[Any, ...]]]:
    """A record's scans without their bytes."""
    return files.of(session, record.member_id, KIND).get(record.id, [])


def get(session: Session, file_id: UUID) -> StaffFile:
    """A scan of a training record of this room, not yet looked at. Raises NotFound."""
    row = files.get(session, file_id)
    if row.kind != KIND:
        raise NotFound(_("没有这个文件。"))
    return row


def read(session: Session, actor: Actor, file_id: UUID) -> StaffFile:
    """A scan with its bytes; recorded, as it shows a person's data. Raises NotFound."""
    return files.read(session, actor, get(session, file_id).id)


def forget(session: Session, record_id: UUID) -> None:
    """Take the scans of a record away with it."""
    session.execute(delete(StaffFile).where(StaffFile.kind == KIND, StaffFile.proves == record_id))
