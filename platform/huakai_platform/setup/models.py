"""How far an institution is with its first run."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class SetupProgress(Base):
    __tablename__ = "setup_progress"
    __table_args__ = (
        ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="setup_progress_institution_id_fkey"
        ),
        {"schema": "platform"},
    )

    institution_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    steps: Mapped[dict[str, Any]]
    """Step code to `done` or `skipped`; a step that is not there was not reached."""
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None]
