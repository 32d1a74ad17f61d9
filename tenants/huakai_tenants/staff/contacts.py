"""Telephone and mail of a member: sealed as one, shown as a hint, opened one at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts as written
from huakai_platform.kernel import audit, clock, tenancy, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.crypto import DataKey, Place, seal, unseal
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import service
from huakai_tenants.staff.models import StaffContact

ONE_EACH = "staff_contact_tenant_id_member_id_key"


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


def every(session: Session, master_key: bytes | None) -> dict[UUID, Opened]:
    """All contacts of the room by member, for comparing what comes in with what is kept; never for showing."""
    rows = session.execute(select(StaffContact)).scalars().all()
    keys = {number: vault.data_key(session, master_key, number) for number in {row.generation for row in rows}}
    found = {}
    for row in rows:
        kept = json.loads(unseal(keys[row.generation], _place(session, row.id, row.version), row.sealed))
        found[row.member_id] = Opened(kept["phone"], kept["email"])
    return found


def keep_all(session: Session, master_key: bytes | None, wanted: Mapping[UUID, Opened]) -> None:
    """Seal many at once, in place of what was kept, in two statements; whoever calls says so in the trail."""
    if not wanted:
        return
    key = vault.data_key(session, master_key)
    kept = select(StaffContact.member_id, StaffContact.id, StaffContact.version).where(
        StaffContact.member_id.in_(wanted)
    )
    known = {row.member_id: row for row in session.execute(kept.with_for_update())}
    lines = []
    for member_id, opened in wanted.items():
        row_id, version = (known[member_id].id, known[member_id].version + 1) if member_id in known else (uuid7(), 1)
        lines.append(_line(session, key, row_id, member_id, version, opened))
    put = upsert(table(StaffContact))
    replaced = {name: put.excluded[name] for name in ("generation", "sealed", "version", "hint", "updated_at")}
    session.execute(put.on_conflict_do_update(constraint=ONE_EACH, set_=replaced), lines)


def _line(
    session: Session, key: DataKey, row_id: UUID, member_id: UUID, version: int, opened: Opened
) -> dict[str, object]:
    plain = json.dumps({"phone": opened.phone, "email": opened.email}).encode()
    return {
        "tenant_id": tenancy.current(session),
        "id": row_id,
        "member_id": member_id,
        "version": version,
        "generation": key.generation,
        "sealed": seal(key, _place(session, row_id, version), plain),
        "hint": written.hint(opened.phone) if opened.phone else "****",
        "updated_at": clock.now(),
    }


def _place(session: Session, row_id: UUID, version: int) -> Place:
    return Place(tenancy.current(session), "staff_contact", "sealed", row_id, version)
