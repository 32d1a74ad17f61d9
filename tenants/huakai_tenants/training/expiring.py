"""What runs out soon: certificates of qualification and of training."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import literal, or_, select, union_all
from sqlalchemy.orm import Session

from huakai_tenants.staff.models import Qualification, StaffMember
from huakai_tenants.training.models import TrainingRecord

STAGES = (90, 30, 7, 1)
"""Days before the end at which somebody is told."""


@dataclass(frozen=True)
class Expiring:
    """A certificate that ends on a day; `kind` is `qualification` or `training`, `code` its certificate or course."""

    member_id: UUID
    number: str
    name: str
    post: str
    kind: str
    id: UUID
    code: str
    expires_on: date

    def days(self, on: date) -> int:
        """How many are left; below zero it has run out."""
        return (self.expires_on - on).days


def expiring(session: Session, on: date, *, within: int = STAGES[0], gone: int = 0) -> list[Expiring]:
    """What ends from `gone` days before a day to `within` days after it, the first first; people in service only."""
    ends = union_all(
        select(
            Qualification.tenant_id,
            Qualification.member_id,
            literal("qualification").label("kind"),
            Qualification.id,
            Qualification.kind.label("code"),
            Qualification.expires_on,
        ),
        select(
            TrainingRecord.tenant_id,
            TrainingRecord.member_id,
            literal("training").label("kind"),
            TrainingRecord.id,
            TrainingRecord.course.label("code"),
            TrainingRecord.expires_on,
        ),
    ).subquery()
    rows = session.execute(
        select(StaffMember.number, StaffMember.name, StaffMember.post, ends)
        .join(ends, (ends.c.tenant_id == StaffMember.tenant_id) & (ends.c.member_id == StaffMember.id))
        .where(
            ends.c.expires_on.between(on - timedelta(days=gone), on + timedelta(days=within)),
            or_(StaffMember.left_on.is_(None), StaffMember.left_on > on),
        )
        .order_by(ends.c.expires_on, StaffMember.number, ends.c.id)
    )
    return [
        Expiring(row.member_id, row.number, row.name, row.post, row.kind, row.id, row.code, row.expires_on)
        for row in rows
    ]
