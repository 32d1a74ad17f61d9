"""Sealed values of a tenant and the wrapped key that opens them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.crypto import DataKey, Place, mint, seal, unseal, unwrap
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.errors import NotFound, Unavailable
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import TenantOwned


class WrappedKey(TenantOwned, Base):
    """A generation of the tenant's data key, wrapped by the master key."""

    __tablename__ = "data_key"
    __table_args__ = (
        UniqueConstraint("tenant_id", "generation", name="data_key_tenant_id_generation_key"),
        {"schema": "confidential"},
    )

    generation: Mapped[int] = mapped_column(Integer)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Contact(TenantOwned, Base):
    """A sealed telephone number of a person who works at the room."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", name="contact_tenant_id_account_id_key"),
        {"schema": "confidential"},
    )

    account_id: Mapped[UUID]
    generation: Mapped[int] = mapped_column(Integer)
    phone_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_KEYS = table(WrappedKey)
_MINT = (
    upsert(_KEYS).on_conflict_do_nothing(constraint="data_key_tenant_id_generation_key").returning(_KEYS.c.generation)
)
_KEEP = upsert(table(Contact)).on_conflict_do_nothing(constraint="contact_tenant_id_account_id_key")


def ensure_key(session: Session, master_key: bytes | None) -> DataKey:
    """The data key of the session's tenant; minted and wrapped when it has none."""
    key, wrapped = mint(_master(master_key))
    row = {
        "tenant_id": tenancy.current(session),
        "id": uuid7(),
        "generation": key.generation,
        "wrapped": wrapped,
        "created_at": clock.now(),
    }
    return data_key(session, master_key) if session.execute(_MINT, row).first() is None else key


def data_key(session: Session, master_key: bytes | None, generation: int | None = None) -> DataKey:
    """A generation of the tenant's data key, the newest when none is named; raises NotFound before the opening."""
    wanted = select(WrappedKey.wrapped, WrappedKey.generation).order_by(WrappedKey.generation.desc()).limit(1)
    if generation is not None:
        wanted = wanted.where(WrappedKey.generation == generation)
    if found := session.execute(wanted).one_or_none():
        return unwrap(_master(master_key), found.wrapped, found.generation)
    raise NotFound(_("这个站点还没有数据密钥。"))


def keep_phones(session: Session, key: DataKey, phones: Mapping[UUID, str]) -> None:
    """Seal the telephone numbers of accounts; a number that is kept already stays."""
    tenant_id, now = tenancy.current(session), clock.now()
    rows = [
        {
            "tenant_id": tenant_id,
            "id": (row_id := uuid7()),
            "account_id": account_id,
            "generation": key.generation,
            "phone_sealed": seal(key, _place(tenant_id, row_id), phone.encode()),
            "created_at": now,
        }
        for account_id, phone in phones.items()
        if phone
    ]
    if rows:
        session.execute(_KEEP, rows)


def phone_of(session: Session, master_key: bytes | None, account_id: UUID) -> str | None:
    """Open the telephone number of a person who works at the tenant's room."""
    found = session.execute(
        select(Contact.id, Contact.generation, Contact.phone_sealed).where(Contact.account_id == account_id)
    ).one_or_none()
    if found is None:
        return None
    key = data_key(session, master_key, found.generation)
    return unseal(key, _place(tenancy.current(session), found.id), found.phone_sealed).decode()


def _place(tenant_id: UUID, row_id: UUID) -> Place:
    return Place(tenant_id, "contact", "phone_sealed", row_id)


def _master(master_key: bytes | None) -> bytes:
    if master_key is None:
        raise Unavailable(_("缺少 HUAKAI_MASTER_KEY:没有主密钥就不能封存或打开内容。"))
    return master_key
