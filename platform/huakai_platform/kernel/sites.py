"""The registry of tenants: one site is one tenant, and `site.id` is its tenant_id."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7


class SiteState(StrEnum):
    """Where a site stands between the first inquiry and its closing (domain §1.6)."""

    LEAD = "lead"
    APPLIED = "applied"
    APPROVED = "approved"
    PLANNING = "planning"
    BUILDING = "building"
    TRAINING = "training"
    ACCEPTANCE = "acceptance"
    RECTIFICATION = "rectification"
    OPEN = "open"
    SUSPENDED = "suspended"
    RELOCATING = "relocating"
    CLOSED = "closed"
    DECLINED = "declined"

    @property
    def label(self) -> Message:
        return STATE_LABELS[self]


STATE_LABELS = {
    SiteState.LEAD: _("意向"),
    SiteState.APPLIED: _("已申请"),
    SiteState.APPROVED: _("已批准"),
    SiteState.PLANNING: _("方案设计"),
    SiteState.BUILDING: _("建设中"),
    SiteState.TRAINING: _("人员培训"),
    SiteState.ACCEPTANCE: _("验收"),
    SiteState.RECTIFICATION: _("整改"),
    SiteState.OPEN: _("已开通"),
    SiteState.SUSPENDED: _("暂停"),
    SiteState.RELOCATING: _("迁址中"),
    SiteState.CLOSED: _("已关闭"),
    SiteState.DECLINED: _("未通过"),
}


WORKING = frozenset({SiteState.OPEN, SiteState.SUSPENDED, SiteState.RELOCATING})
"""States in which a site works by an edition and is measured by it."""


class SiteKind(StrEnum):
    ROOM = "room"
    CENTER = "center"

    @property
    def label(self) -> Message:
        return _("心理咨询室") if self is SiteKind.ROOM else _("心理咨询中心")


class Site(Base):
    """A room or centre as the institution knows it; everything it does is its own tenant's."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("institution_id", "natural_key", name="site_institution_id_natural_key_key"),
        UniqueConstraint("institution_id", "code", name="site_institution_id_code_key"),
        ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="site_institution_id_fkey"),
        ForeignKeyConstraint(["region_code"], ["platform.region.code"], name="site_region_code_fkey"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="site_edition_id_fkey"),
        Index("site_region_code_idx", "region_code", "id"),
        Index("site_state_idx", "state", "id"),
        Index("site_place_code_idx", "place_code"),
        Index("site_ancestors_idx", "ancestors", postgresql_using="gin"),
        Index("site_grams_idx", "grams", postgresql_using="gin"),
        *(
            Index(f"site_institution_id_{first}_idx", "institution_id", first, then)
            for first, then in (
                ("name", "id"),
                ("area", "id"),
                ("operating_since", "id"),
                ("state", "code"),
                ("kind", "code"),
                ("ownership", "code"),
            )
        ),
        Index("site_institution_id_tier_idx", "institution_id", "tier", "code", postgresql_include=["id", "state"]),
        Index("site_reach_idx", "id", postgresql_include=["institution_id", "state"]),
        Index("site_state_since_idx", "institution_id", "state", "state_since", "id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    institution_id: Mapped[UUID]
    code: Mapped[str]
    """The readable number on lists and paper."""
    natural_key: Mapped[str]
    """What makes two rows of a register the same site."""
    name: Mapped[str]
    kind: Mapped[str]
    tier: Mapped[str]
    region_code: Mapped[str]
    """The lowest region of the shipped tree: a township, or a county where there is none."""
    place_code: Mapped[str]
    """The code as registered, down to the community."""
    community: Mapped[str | None]
    ancestors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """`region_code` and every region above it, by parent links."""
    grams: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """Bigrams of the name and code, pinyin initials: what a search matches."""
    address: Mapped[str | None]
    area: Mapped[Decimal | None] = mapped_column(Numeric(8, 1))
    ownership: Mapped[str | None]
    host: Mapped[str | None]
    operator: Mapped[str | None]
    weekly_hours: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    operating_since: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str]
    guided: Mapped[bool] = mapped_column(Boolean, server_default="true")
    edition_id: Mapped[UUID | None]
    timezone: Mapped[str] = mapped_column(server_default="Asia/Shanghai")
    opened_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None]
    state_since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    """When it came into its state."""
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
