"""The staff register of a room, the qualifications its people hold, and the scans that prove them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned

MEMBER = ["tenant.staff_member.tenant_id", "tenant.staff_member.id"]


class StaffMember(TenantOwned, Base):
    """A person who works or worked at the room; telephone and mail are sealed elsewhere."""

    __tablename__ = "staff_member"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="staff_member_tenant_id_number_key"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="staff_member_account_id_fkey"),
        {"schema": "tenant"},
    )

    number: Mapped[str]
    """The readable number by which lists and workbooks name the person."""
    account_id: Mapped[UUID | None]
    """The sign-in of the person, where there is one."""
    name: Mapped[str]
    post: Mapped[str]
    """A post of the edition."""
    employment: Mapped[str]
    """`full_time`, `part_time`, `seconded` or `volunteer`."""
    ab: Mapped[str | None]
    """`A` (responsible) or `B` (stand-in) in the post."""
    joined_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    background_checked_on: Mapped[date | None] = mapped_column(Date)
    """The date of the last reply to a background check (domain §2.3)."""
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class StaffContact(TenantOwned, Base):
    """The sealed telephone number and mail address of a member."""

    __tablename__ = "staff_contact"
    __table_args__ = (
        UniqueConstraint("tenant_id", "member_id", name="staff_contact_tenant_id_member_id_key"),
        ForeignKeyConstraint(["tenant_id", "member_id"], MEMBER, name="staff_contact_tenant_id_member_id_fkey"),
        {"schema": "confidential"},
    )

    member_id: Mapped[UUID]
    generation: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes]
    """JSON of `phone` and `email`, sealed as one."""
    version: Mapped[int] = mapped_column(Integer)
    """The row version that the seal is bound to."""
    hint: Mapped[str]
    """The masked telephone number, as lists show it."""
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Qualification(TenantOwned, Base):
    """A certificate of the edition's list that a member holds (domain §2.1)."""

    __tablename__ = "qualification"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "member_id", "kind", "certificate_number", name="qualification_tenant_id_member_id_kind_key"
        ),
        ForeignKeyConstraint(["tenant_id", "member_id"], MEMBER, name="qualification_tenant_id_member_id_fkey"),
        {"schema": "tenant"},
    )

    member_id: Mapped[UUID]
    kind: Mapped[str]
    certificate_number: Mapped[str]
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    verified_on: Mapped[date | None] = mapped_column(Date)
    verified_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StaffFile(TenantOwned, Base):
    """A scan that proves a qualification or a training record of the member."""

    __tablename__ = "staff_file"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "member_id"], MEMBER, name="staff_file_tenant_id_member_id_fkey"),
        Index("staff_file_proves_idx", "tenant_id", "proves"),
        Index("staff_file_member_id_idx", "tenant_id", "member_id"),
        {"schema": "tenant"},
    )

    member_id: Mapped[UUID]
    kind: Mapped[str]
    """`qualification` or `training`."""
    proves: Mapped[UUID]
    """The id of the qualification or training record."""
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
