"""What each row of a filled-in sheet would do to the register, without doing it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.cells import fold
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.staff import posts
from huakai_tenants.staff.contacts import Opened
from huakai_tenants.staff.listing import Found
from huakai_tenants.staff.posts import Plan
from huakai_tenants.staff.sheet import NO_ROLE, SEALED, STORED

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
NOBODY = Opened(None, None)


@dataclass
class ImportRow:
    """A row and what comes of it: who it is about, the values afterwards, which of them are new, and its faults."""

    row: int
    name: str
    given: Mapping[str, Any]
    member: Found | None = None
    values: dict[str, Any] = field(default_factory=dict)
    contact: Opened | None = None
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.member is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def fault(self, key: str, said: Message) -> None:
        self.errors.setdefault(key, []).append(said.render())


@dataclass(frozen=True)
class Holder:
    """Who has a role once all is written; `asking` is the row by which it is new to them."""

    name: str
    asking: ImportRow | None


def judge(listing: Listing, plan: Plan, present: Sequence[Found], contacts: Mapping[UUID, Opened]) -> list[ImportRow]:
    """Hold every row against the edition, the register and the other rows."""
    rows = [_begun(row, listing) for row in listing.rows]
    sound = [one for one in rows if not one.errors]
    _identify(sound, present)
    for one in sound:
        if not one.errors:
            _complete(one, contacts)
            _check(one, plan)
    _settle_roles([one for one in sound if one.values], present)
    return rows


def preview_digest(rows: Iterable[ImportRow]) -> str:
    """A digest of what would be done; another one says that the register has changed since."""
    said = [
        [one.row, one.state, str(one.member.id) if one.member else None, one.member.version if one.member else 0]
        for one in rows
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _begun(row: ListRow, listing: Listing) -> ImportRow:
    name = listing.sheet.cell(row.number - 1, listing.places["name"]).text
    return ImportRow(row.number, name, row.values, errors={key: list(said) for key, said in row.errors.items()})


def _identify(rows: Sequence[ImportRow], present: Sequence[Found]) -> None:
    """By number where one is given, else by name and post; nobody is named by two rows."""
    numbered = {one.number: one for one in present}
    alike: dict[tuple[str, str], list[Found]] = {}
    for member in present:
        alike.setdefault((fold(member.name), member.post), []).append(member)
    seen: dict[Any, int] = {}
    named: dict[tuple[str, str], int] = {}
    loose: dict[tuple[str, str], int] = {}
    for one in rows:
        number, who = one.given.get("number"), (fold(one.given["name"]), one.given["post"])
        found = [numbered[number]] if number in numbered else [] if number else alike.get(who, [])
        if len(found) > 1:
            one.fault("number", _("有 {count} 个同名同岗位的人员，请填写工号", count=len(found)))
            continue
        one.member = found[0] if found else None
        key = one.member.id if one.member else number or who
        twin = seen.get(key) or (loose if number else named).get(who)
        if twin:
            one.fault("number", _("与第 {row} 行是同一个人；不同的人请分别填写工号", row=twin))
        for known, said in ((seen, key), (named, who), *(() if number else ((loose, who),))):
            known.setdefault(said, one.row)


def _complete(one: ImportRow, contacts: Mapping[UUID, Opened]) -> None:
    """The values afterwards: what is given, else what is there."""
    given, member = one.given, one.member
    for name in STORED:
        now = getattr(member, name) if member else None
        value = given.get(name, now)
        one.values[name] = None if name == "ab" and value == NO_ROLE else value
        if member and one.values[name] != now:
            one.changes.append(name)
    kept = contacts.get(member.id, NOBODY) if member else NOBODY
    wanted = Opened(given.get("phone") or kept.phone, given.get("email") or kept.email)
    if wanted != kept:
        one.contact = wanted
        one.changes += [name for name in SEALED if getattr(wanted, name) != getattr(kept, name)]


def _check(one: ImportRow, plan: Plan) -> None:
    checked = one.values["background_checked_on"]
    if one.member and _gone(one.member):
        one.fault("name", _("{number} 已离岗，请先登记返岗；若是另一个人，请填写新的工号", number=one.member.number))
    if one.values["ab"] and not plan.posts[one.values["post"]].ab:
        one.fault("ab", _("这个岗位不分 A/B 角"))
    if checked and checked > clock.today():
        one.fault("background_checked_on", _("不能晚于今天"))


def _settle_roles(rows: Sequence[ImportRow], present: Sequence[Found]) -> None:
    """Nobody's role is given away: a row that asks for one which somebody else has afterwards is at fault.

    A row at fault is not written and its person keeps the role of now, which may put another row at fault.
    """
    while any(_yielded(ab, holders) for (_post, ab), holders in _holders(rows, present).items()):
        pass


def _holders(rows: Sequence[ImportRow], present: Sequence[Found]) -> dict[tuple[str, str], list[Holder]]:
    """Who has each role once the rows are written."""
    written = [one for one in rows if not one.errors]
    moved = {one.member.id: one for one in written if one.member}
    held: dict[tuple[str, str], list[Holder]] = {}
    for member in present:
        if member.id not in moved and member.ab and not _gone(member):
            held.setdefault((member.post, member.ab), []).append(Holder(member.name, None))
    for one in written:
        if ab := one.values["ab"]:
            asks = one.member is None or {"post", "ab"} & {*one.changes}
            held.setdefault((one.values["post"], ab), []).append(Holder(one.name, one if asks else None))
    return held


def _yielded(ab: str, holders: Sequence[Holder]) -> bool:
    """Whether a row was put at fault: whoever has the role keeps it, else the first row that asks for it."""
    first = next((one for one in holders if one.asking is None), holders[0])
    late = [one.asking for one in holders if one is not first and one.asking]
    for one in late:
        one.fault("ab", _("{name} 已是这个岗位的{ab}", name=first.name, ab=posts.AB[ab]))
    return bool(late)


def _gone(member: Found) -> bool:
    return bool(member.left_on and member.left_on <= clock.today())
