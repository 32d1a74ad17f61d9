"""What each row of a filled-in sheet of training would do, without doing it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.training import service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.listing import Found
from huakai_tenants.training.models import TrainingRecord

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
Key = tuple[UUID, str, date]


@dataclass
class ImportRow:
    """A row and what comes of it: whose it is, the record that is there, the values afterwards, and its faults."""

    row: int
    name: str
    given: Mapping[str, Any]
    member: Found | None = None
    record: TrainingRecord | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.record is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def fault(self, key: str, said: str) -> None:
        self.errors.setdefault(key, []).append(said.render() if isinstance(said, Message) else said)


def judge(
    listing: Listing, people: Sequence[Found], courses: Mapping[str, Course], stored: Iterable[TrainingRecord]
) -> list[ImportRow]:
    """Hold every row against the curriculum, what is recorded, and the other rows."""
    numbered = {one.number: one for one in people}
    present: dict[Key, TrainingRecord] = {(one.member_id, one.course, one.held_on): one for one in stored}
    rows, seen = [_begun(row, listing, numbered) for row in listing.rows], dict[Key, int]()
    for one in rows:
        if one.errors or one.member is None:
            continue
        key = (one.member.id, one.given["course"], one.given["held_on"])
        if key in seen:
            one.fault("held_on", _("与第 {row} 行的人员、课程和日期都相同", row=seen[key]))
            continue
        seen[key] = one.row
        _complete(one, present.get(key), courses[one.given["course"]])
    return rows


def members(listing: Listing, people: Sequence[Found]) -> list[UUID]:
    """Whom the rows name."""
    named = {row.values.get("member") for row in listing.rows}
    return [one.id for one in people if one.number in named]


def preview_digest(rows: Iterable[ImportRow]) -> str:
    """A digest of what would be done; another one says that the records have changed since."""
    said = [
        [one.row, one.state, str(one.record.id) if one.record else None, one.record.version if one.record else 0]
        for one in rows
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _begun(row: ListRow, listing: Listing, numbered: Mapping[str, Found]) -> ImportRow:
    member = numbered.get(row.values.get("member", ""))
    typed = listing.sheet.cell(row.number - 1, listing.places["member"]).text
    errors = {key: list(said) for key, said in row.errors.items()}
    return ImportRow(row.number, member.name if member else typed, row.values, member, errors=errors)


def _complete(one: ImportRow, record: TrainingRecord | None, course: Course) -> None:
    """The values afterwards: what is given, else what is there, else the course's own hours."""
    one.record = record
    for name in service.FIELDS:
        now = getattr(record, name) if record else None
        value = one.given.get(name)
        one.values[name] = now if value is None else value
        if record and one.values[name] != now:
            one.changes.append(name)
    if one.values["hours"] is None:
        one.values["hours"] = course.hours
    if one.changes or record is None:
        for key, all_said in service.wrong(course, one.values).items():
            for said in all_said:
                one.fault(key, said)
