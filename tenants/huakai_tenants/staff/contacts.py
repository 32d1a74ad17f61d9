"""Telephone and mail of a member: sealed as one, shown as a hint, opened one at a time."""

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts as written
from huakai_platform.kernel import audit, clock, tenancy, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.crypto import Place, seal, unseal
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import service
from huakai_tenants.staff.models import StaffContact


@dataclass(frozen=True)
class Opened:
    phone: str | None
    email: str | None


def hint(session: Session, member_id: UUID) -> str | None:
    """What may be shown without opening; None when nothing is kept."""
    return session.scalar(select(StaffContact.hint).where(StaffContact.member_id == member_id))


def keep(
    session: Session, actor: Actor, master_key: bytes | None, member_id: UUID, *, phone: str | None, email: str | None
) -> None:
    """Seal what is given in place of what was kept; nothing given takes it away."""
    service.get(session, member_id, lock=True)
    row = session.scalar(select(StaffContact).where(StaffContact.member_id == member_id).with_for_update())
    if not phone and not email:
        session.execute(delete(StaffContact).where(StaffContact.member_id == member_id))
    else:
        key = vault.data_key(session, master_key)
        if row is None:
            row = StaffContact(id=uuid7(), member_id=member_id, version=0)
        row.version += 1
        plain = json.dumps({"phone": phone, "email": email}).encode()
        row.generation, row.sealed = key.generation, seal(key, _place(session, row.id, row.version), plain)
        row.hint, row.updated_at = written.hint(phone) if phone else "****", clock.now()
        session.add(row)
        session.flush()
    about = {"phone": bool(phone), "email": bool(email)}
    audit.record(session, actor, "staff.contact_set", "staff_member", member_id, **about)


def read(session: Session, actor: Actor, master_key: bytes | None, member_id: UUID) -> Opened:
    """Open the contact of one member; who did so stands in the trail. Raises NotFound."""
    row = session.execute(
        select(StaffContact.id, StaffContact.generation, StaffContact.version, StaffContact.sealed).where(
            StaffContact.member_id == member_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("没有登记联系方式。"))
    key = vault.data_key(session, master_key, row.generation)
    found = json.loads(unseal(key, _place(session, row.id, row.version), row.sealed))
    audit.record(session, actor, "staff.contact_read", "staff_member", member_id)
    return Opened(found["phone"], found["email"])


def _place(session: Session, row_id: UUID, version: int) -> Place:
    return Place(tenancy.current(session), "staff_contact", "sealed", row_id, version)
