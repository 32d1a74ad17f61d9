"""What each row of a filled-in sheet of activities would do, without doing it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.activities import checking, service, sheet
from huakai_tenants.activities.catalogue import Catalogue
from huakai_tenants.activities.models import Activity, ActivityTotal

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"


@dataclass
class ImportRow:
    """A row and what comes of it: the activity that is there, the values afterwards, and its faults."""

    row: int
    name: str
    given: Mapping[str, Any]
    activity: Activity | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.activity is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def fault(self, key: str, said: str) -> None:
        self.errors.setdefault(key, []).append(said.render() if isinstance(said, Message) else said)


def judge(
    listing: Listing, known: Catalogue, stored: Iterable[Activity], totals: Sequence[ActivityTotal]
) -> list[ImportRow]:
    """Hold every row against the edition, what is entered, the totals of the past, and the other rows."""
    present = {(one.held_on, one.title): one for one in stored}
    rows, seen = [_begun(row, listing) for row in listing.rows], dict[tuple[date, str], int]()
    for one in rows:
        if one.errors:
            continue
        key = (one.given["held_on"], one.given["title"])
        if key in seen:
            one.fault("title", _("与第 {row} 行的日期和名称都相同", row=seen[key]))
            continue
        seen[key] = one.row
        _complete(one, present.get(key), known, totals)
    return rows


def preview_digest(rows: Iterable[ImportRow]) -> str:
    """A digest of what would be done; another one says that the activities have changed since."""
    said = [
        [
            one.row,
            one.state,
            str(one.activity.id) if one.activity else None,
            one.activity.version if one.activity else 0,
        ]
        for one in rows
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _begun(row: ListRow, listing: Listing) -> ImportRow:
    typed = listing.sheet.cell(row.number - 1, listing.places["title"]).text
    return ImportRow(row.number, typed, row.values, errors={key: list(said) for key, said in row.errors.items()})


def _complete(one: ImportRow, activity: Activity | None, known: Catalogue, totals: Sequence[ActivityTotal]) -> None:
    """The values afterwards: what is given, else what is there."""
    one.activity = activity
    before = {name: getattr(activity, name) for name in service.FIELDS} if activity else service.complete({})
    given = {name: value for name, value in one.given.items() if value is not None}
    given |= {name: given[name] == "yes" for name in sheet.FLAGS if name in given}
    one.values = service.complete(before | given)
    one.changes = [name for name in service.FIELDS if activity and one.values[name] != before[name]]
    if activity and not one.changes:
        return
    if activity and activity.state == "cancelled":
        one.fault("title", _("这次活动已经取消，请先恢复。"))
    for key, all_said in checking.plain(known, one.values, activity).items():
        for said in all_said:
            one.fault(key, said)
    total = next((total for total in totals if total.from_on <= one.values["held_on"] <= total.to_on), None)
    if total and one.values["state"] == "held" and one.values["counted"]:
        one.fault("held_on", checking.covered(total))
