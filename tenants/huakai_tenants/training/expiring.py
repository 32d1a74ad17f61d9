"""What runs out: certificates of qualification and of training, each until a newer one takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from huakai_tenants.staff.models import Qualification, StaffMember
from huakai_tenants.training.models import TrainingRecord

STAGES = (90, 30, 7, 1)
"""Days before the end at which somebody is told."""
Certificates = Select[*tuple[Any, ...]]
EVER = 36_500
PAGE = 50


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

    def stage(self, on: date) -> int:
        """The least stage that has been reached, 0 on the last day and after it, the first stage long before."""
        left = self.days(on)
        return min((stage for stage in STAGES if stage >= left), default=STAGES[0]) if left > 0 else 0


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; `within` is a stage, `gone` or nothing for all."""

    within: str | None = None
    kind: str | None = None
    code: str | None = None
    post: str | None = None
    sort: str = "expires"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Expiring]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def expiring(session: Session, on: date, *, within: int = STAGES[0], gone: int = 0) -> list[Expiring]:
    """What ends from `gone` days before a day to `within` days after it, the first first; people in service only."""
    ends = _latest(on)
    rows = session.execute(
        select(StaffMember.number, StaffMember.name, StaffMember.post, ends)
        .join(ends, (ends.c.tenant_id == StaffMember.tenant_id) & (ends.c.member_id == StaffMember.id))
        .where(
            ends.c.newest == 1,
            ends.c.expires_on.between(on - timedelta(days=gone), on + timedelta(days=within)),
            or_(StaffMember.left_on.is_(None), StaffMember.left_on > on),
        )
        .order_by(ends.c.expires_on, StaffMember.number, ends.c.id)
    )
    return [
        Expiring(row.member_id, row.number, row.name, row.post, row.kind, row.id, row.code, row.expires_on)
        for row in rows
    ]


def all_rows(session: Session, on: date) -> list[Expiring]:
    """What ends within the first stage, and all that has run out and was not renewed."""
    return expiring(session, on, gone=EVER)


def counts(found: Sequence[Expiring], on: date) -> dict[str, int]:
    """How many end within each stage, and how many have run out."""
    left = [one.days(on) for one in found]
    within = {str(stage): sum(0 <= days <= stage for days in left) for stage in STAGES}
    return {**within, "gone": sum(days < 0 for days in left)}


def narrowed(found: Sequence[Expiring], wanted: Filter, on: date) -> list[Expiring]:
    """What a list shows of them, in its order."""
    kept = [
        one
        for one in found
        if _fits(one.days(on), wanted.within)
        and all(getattr(wanted, name) in (None, getattr(one, name)) for name in ("kind", "code", "post"))
    ]
    key = {"expires": "expires_on", "name": "name", "code": "code"}[wanted.sort.removeprefix("-")]
    return sorted(kept, key=lambda one: getattr(one, key), reverse=wanted.sort.startswith("-"))


def page(kept: Sequence[Expiring], number: int) -> Listing:
    return Listing(kept[(number - 1) * PAGE : number * PAGE], len(kept), number)


def _fits(left: int, within: str | None) -> bool:
    if within is None:
        return True
    return left < 0 if within == "gone" else 0 <= left <= int(within)


def _latest(on: date) -> Subquery:
    """Every certificate, the one that lasts longest of a person and a code as `newest` 1; failures are none."""
    ends = union_all(_qualifications(on), _trainings(on)).subquery()
    lasting = ends.c.expires_on.desc().nulls_first()
    place = func.row_number().over(
        partition_by=(ends.c.tenant_id, ends.c.member_id, ends.c.kind, ends.c.code), order_by=(lasting, ends.c.id)
    )
    return select(ends, place.label("newest")).subquery()


def _qualifications(on: date) -> Certificates:
    return select(
        Qualification.tenant_id,
        Qualification.member_id,
        literal("qualification").label("kind"),
        Qualification.id,
        Qualification.kind.label("code"),
        Qualification.expires_on,
    ).where(func.coalesce(Qualification.issued_on, on) <= on)


def _trainings(on: date) -> Certificates:
    return select(
        TrainingRecord.tenant_id,
        TrainingRecord.member_id,
        literal("training").label("kind"),
        TrainingRecord.id,
        TrainingRecord.course.label("code"),
        TrainingRecord.expires_on,
    ).where(TrainingRecord.held_on <= on, TrainingRecord.result != "failed")
