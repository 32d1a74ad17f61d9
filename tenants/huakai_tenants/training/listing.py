"""The list of what was recorded of a room's training."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from huakai_tenants.staff import listing as staff
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training.expiring import STAGES
from huakai_tenants.training.models import TrainingRecord

PAGE = 50
MOST = 20_000
SORTS = {
    "held": TrainingRecord.held_on,
    "name": StaffMember.name,
    "course": TrainingRecord.course,
    "expires": TrainingRecord.expires_on,
}
HOLDER = (StaffMember.tenant_id == TrainingRecord.tenant_id) & (StaffMember.id == TrainingRecord.member_id)
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; the names are those of the address."""

    course: str | None = None
    member: UUID | None = None
    year: int | None = None
    result: str | None = None
    expiring: bool = False
    sort: str = "-held"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Found]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_page(session: Session, wanted: Filter, on: date) -> Listing:
    """One page of the records, in two statements."""
    kept = _narrowed(wanted, on)
    total = session.scalar(select(func.count()).select_from(TrainingRecord).where(*kept)) or 0
    rows = session.execute(_rows(wanted, kept).limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    return Listing(rows, total, wanted.page)


def all_rows(session: Session, wanted: Filter, on: date) -> tuple[Sequence[Found], int]:
    """All that a list shows, whatever its page, up to a limit; and how many there are."""
    kept = _narrowed(wanted, on)
    rows = session.execute(_rows(wanted, kept).limit(MOST)).all()
    if len(rows) < MOST:
        return rows, len(rows)
    return rows, session.scalar(select(func.count()).select_from(TrainingRecord).where(*kept)) or 0


def unordered_query(wanted: Filter, on: date) -> Select[*tuple[Any, ...]]:
    """What a list is narrowed to, in no order, for a list that goes on by key."""
    return _joined(_narrowed(wanted, on))


def people(session: Session, on: date, *, gone: bool = False) -> Sequence[Found]:
    """Who may have been trained, by number: those in service, or with `gone` everybody."""
    wanted = select(StaffMember.id, StaffMember.number, StaffMember.name, StaffMember.post).order_by(StaffMember.number)
    return session.execute(wanted if gone else wanted.where(staff.in_service(on))).all()


def _narrowed(wanted: Filter, on: date) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if wanted.course:
        kept.append(TrainingRecord.course == wanted.course)
    if wanted.member:
        kept.append(TrainingRecord.member_id == wanted.member)
    if wanted.year:
        kept.append(TrainingRecord.held_on.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    if wanted.result:
        kept.append(TrainingRecord.result == wanted.result)
    if wanted.expiring:
        kept.append(TrainingRecord.expires_on.between(on, on + timedelta(days=STAGES[0])))
    return kept


def _rows(wanted: Filter, kept: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    by = SORTS[wanted.sort.removeprefix("-")]
    order = by.desc().nulls_last() if wanted.sort.startswith("-") else by.asc().nulls_last()
    return _joined(kept).order_by(order, TrainingRecord.id.desc())


def _joined(kept: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            TrainingRecord.id,
            TrainingRecord.member_id,
            StaffMember.number,
            StaffMember.name,
            TrainingRecord.course,
            TrainingRecord.held_on,
            TrainingRecord.hours,
            TrainingRecord.result,
            TrainingRecord.score,
            TrainingRecord.certificate_number,
            TrainingRecord.issued_on,
            TrainingRecord.expires_on,
        )
        .join(StaffMember, HOLDER)
        .where(*kept)
    )
