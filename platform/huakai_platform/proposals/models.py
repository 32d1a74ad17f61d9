"""A change of the standard that somebody proposes upward."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class Proposal(Base):
    """One item of an edition, what should change in it and why; a site's own writing, or a regional office's."""

    __tablename__ = "proposal"
    __table_args__ = (
        ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="proposal_institution_id_fkey"),
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="proposal_site_id_fkey"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="proposal_edition_id_fkey"),
        ForeignKeyConstraint(["draft_id"], ["platform.edition_draft.id"], name="proposal_draft_id_fkey"),
        ForeignKeyConstraint(["merged_into"], ["platform.proposal.id"], name="proposal_merged_into_fkey"),
        Index("proposal_spot_idx", "institution_id", "kind", "code", "at"),
        Index("proposal_site_id_idx", "site_id", "made_at"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    institution_id: Mapped[UUID]
    site_id: Mapped[UUID | None]
    """None where a regional office proposes."""
    edition_id: Mapped[UUID]
    kind: Mapped[str]
    code: Mapped[str]
    at: Mapped[str]
    """The entry within the definition as `standards.editing.places` writes it; empty for the definition as a whole."""
    change: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    """`open`, `accepted`, `declined` or `merged`."""
    made_by: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    draft_id: Mapped[UUID | None]
    merged_into: Mapped[UUID | None]
