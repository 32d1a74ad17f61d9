"""Institutions, accounts, what they may enter, and how they proved who they are."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKeyConstraint, Index, Integer, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class Institution(Base):
    __tablename__ = "institution"
    __table_args__ = ({"schema": "platform"},)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    name: Mapped[str]
    short_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Account(Base):
    """A person who signs in; telephone numbers are kept as a keyed hash and a masked hint."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("login_name", name="account_login_name_key"),
        UniqueConstraint("email", name="account_email_key"),
        UniqueConstraint("phone_lookup", name="account_phone_lookup_key"),
        UniqueConstraint("person_lookup", name="account_person_lookup_key"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    name: Mapped[str]
    login_name: Mapped[str]
    email: Mapped[str | None]
    phone_lookup: Mapped[bytes | None]
    phone_hint: Mapped[str | None]
    person_lookup: Mapped[bytes | None]
    """Keyed hash of the name and number that the institution invited; neither the person nor a room sets it."""
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    locale: Mapped[str] = mapped_column(server_default="zh_CN")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None]


class AccountActivity(Base):
    """What changes at every sign-in, apart from the account so that accounts are rarely written."""

    __tablename__ = "account_activity"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="account_activity_account_id_fkey"),
        {"schema": "platform"},
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    last_at: Mapped[datetime | None]
    last_address: Mapped[str | None]
    before_at: Mapped[datetime | None]
    before_address: Mapped[str | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)


class Membership(Base):
    """One role of one person: at a site, in a region and all below, or at the institution."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="membership_account_id_fkey"),
        ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="membership_institution_id_fkey"),
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="membership_site_id_fkey"),
        ForeignKeyConstraint(["region_code"], ["platform.region.code"], name="membership_region_code_fkey"),
        Index("membership_account_id_idx", "account_id"),
        Index("membership_site_id_idx", "site_id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    account_id: Mapped[UUID]
    institution_id: Mapped[UUID]
    role: Mapped[str]
    site_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    post: Mapped[str | None]
    """`A` (responsible) or `B` (stand-in) at the site, where it applies."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None]


class Invitation(Base):
    """A link that is good once: to set the first password, or a new one. Only its hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="invitation_account_id_fkey"),
        UniqueConstraint("token_hash", name="invitation_token_hash_key"),
        Index("invitation_account_id_idx", "account_id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    account_id: Mapped[UUID]
    site_id: Mapped[UUID | None]
    purpose: Mapped[str]
    """`invite` or `reset`."""
    token_hash: Mapped[bytes | None]
    """Null until an administrator issues the link."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class AccountSession(Base):
    """A signed-in device; the cookie holds a random id of which this is the hash."""

    __tablename__ = "account_session"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="account_session_account_id_fkey"),
        UniqueConstraint("token_hash", name="account_session_token_hash_key"),
        Index("account_session_account_id_idx", "account_id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    account_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    membership_id: Mapped[UUID | None]
    stage: Mapped[str]
    """`second_factor` while one is owed, `full` afterwards."""
    device: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None]


class RecoveryCode(Base):
    __tablename__ = "recovery_code"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="recovery_code_account_id_fkey"),
        {"schema": "platform"},
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failures counted by account, address block or tenant; survives any restart."""

    __tablename__ = "throttle"
    __table_args__ = ({"schema": "platform"},)

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    blocked_until: Mapped[datetime | None]


class ApiToken(Base):
    """A key for programs: acts as one membership, with no more than its scopes. Only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="api_token_account_id_fkey"),
        ForeignKeyConstraint(["membership_id"], ["platform.membership.id"], name="api_token_membership_id_fkey"),
        UniqueConstraint("token_hash", name="api_token_token_hash_key"),
        Index("api_token_account_id_idx", "account_id"),
        Index("api_token_membership_id_idx", "membership_id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    account_id: Mapped[UUID]
    """The person, or the account without a password that stands for a service."""
    membership_id: Mapped[UUID]
    site_id: Mapped[UUID | None]
    """The membership's room, so that a room's people can see and revoke what acts in it."""
    name: Mapped[str]
    kind: Mapped[str]
    """`personal` or `service`."""
    hint: Mapped[str]
    """The first characters, to tell tokens apart."""
    token_hash: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """Permissions; what the role may not do, the token may not either."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None]
    last_address: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
