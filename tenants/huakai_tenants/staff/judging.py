"""What the rules of the register say of the rows of a sheet, before any of them is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import _
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.staff import posts
from huakai_tenants.staff.contacts import Opened
from huakai_tenants.staff.listing import Found, MemberRow
from huakai_tenants.staff.posts import Plan

STORED = ("number", "name", "post", "employment", "ab", "joined_on", "background_checked_on", "note")
SEALED = ("phone", "email")
NOBODY = Opened(None, None)
Row = ImportRow[MemberRow]


@dataclass(frozen=True)
class Holder:
    """Who has a role once all is written; `asking` is the row by which it is new to them."""

    name: str
    asking: Row | None


def contacts(rows: Sequence[Row], kept: Mapping[UUID, Opened]) -> dict[int, Opened]:
    """The contacts that are other ones afterwards, by row; the rows are told what changes of them."""
    found = {}
    for one in rows:
        now = kept.get(one.record.id, NOBODY) if one.record else NOBODY
        wanted = Opened(*(one.values.get(name) or getattr(now, name) for name in SEALED))
        if wanted != now:
            found[one.row] = wanted
            one.changes += [name for name in SEALED if one.record and getattr(wanted, name) != getattr(now, name)]
    return found


def judge(rows: Sequence[Row], plan: Plan, present: Sequence[Found]) -> None:
    """Hold the rows against the edition, the register and each other; what cannot be stands in their errors."""
    for one in rows:
        _check(one, plan)
    _settle_roles(rows, present)


def afterwards(one: Row) -> dict[str, Any]:
    """The values once the row is written: what is given, else what is there."""
    return {name: one.values.get(name, getattr(one.record, name, None)) for name in STORED}


def _check(one: Row, plan: Plan) -> None:
    values = afterwards(one)
    checked = values["background_checked_on"]
    if one.record and _gone(one.record):
        one.refuse("name", _("{number} 已离岗，请先登记返岗；若是另一个人，请填写新的工号", number=one.record.number))
    if values["ab"] and not plan.posts[values["post"]].ab:
        one.refuse("ab", _("这个岗位不分 A/B 角"))
    if checked and checked > clock.today():
        one.refuse("background_checked_on", _("不能晚于今天"))


def _settle_roles(rows: Sequence[Row], present: Sequence[Found]) -> None:
    """Nobody's role is given away: a row that asks for one which somebody else has afterwards is at fault.

    A row at fault is not written and its person keeps the role of now, which may put another row at fault.
    """
    while any(_yielded(ab, holders) for (_post, ab), holders in _holders(rows, present).items()):
        pass


def _holders(rows: Sequence[Row], present: Sequence[Found]) -> dict[tuple[str, str], list[Holder]]:
    """Who has each role once the rows are written."""
    written = [one for one in rows if not one.errors]
    moved = {one.record.id for one in written if one.record}
    held: dict[tuple[str, str], list[Holder]] = {}
    for member in present:
        if member.id not in moved and member.ab and not _gone(member):
            held.setdefault((member.post, member.ab), []).append(Holder(member.name, None))
    for one in written:
        values = afterwards(one)
        if ab := values["ab"]:
            asks = one.record is None or {"post", "ab"} & {*one.changes}
            held.setdefault((values["post"], ab), []).append(Holder(values["name"], one if asks else None))
    return held


def _yielded(ab: str, holders: Sequence[Holder]) -> bool:
    """Whether a row was put at fault: whoever has the role keeps it, else the first row that asks for it."""
    first = next((one for one in holders if one.asking is None), holders[0])
    late = [one.asking for one in holders if one is not first and one.asking]
    for one in late:
        one.refuse("ab", _("{name} 已是这个岗位的{ab}", name=first.name, ab=posts.AB[ab]))
    return bool(late)


def _gone(member: Found | MemberRow) -> bool:
    return bool(member.left_on and member.left_on <= clock.today())
