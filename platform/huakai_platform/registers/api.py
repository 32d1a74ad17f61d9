"""Every register for programs, the same at a room and at the institution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Date, Strict, Text
from huakai_platform.registers import answering, listing
from huakai_platform.registers.pages import RegisterScope
from huakai_platform.web import api
from huakai_platform.web.context import guard

SAYS = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True))


class EntriesAsked(api.Paged):
    since = Date()
    until = Date()
    state = Choice(listing.STATES, load_default="in_force")
    q = Text(
        max_length=60, metadata=api.about("登记内容；保密的登记簿没有 Words of an entry; not of a confidential one.")
    )


class EntryGiven(Strict):
    items = fields.Dict(keys=fields.String(), required=True, metadata=api.about("每项的答案 The answer to each item."))
    rows = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict(keys=fields.String())),
        allow_none=True,
        metadata=api.about("每种明细的行 The rows of each kind."),
    )


class Cancelling(Strict):
    reason = Text(min_length=2, max_length=300, multiline=True, required=True)


class RegisterRow(api.Shape):
    code = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    privacy = fields.String()
    months = fields.Integer(metadata=api.about("保存月数 Months that an entry is kept."))
    dated = fields.String(metadata=api.about("登记日期是哪一项 The item that dates an entry."))
    metrics = fields.List(fields.String())
    reviewed = fields.Boolean(
        metadata=api.about("须由另一人复核后才计数 Whether an entry counts only once a second person reviewed it.")
    )
    writable = fields.Boolean(metadata=api.about("您能否登记 Whether you may write."))


class RegisterShown(RegisterRow):
    items = fields.Dict(metadata=api.about("答案的 JSON Schema The JSON Schema of the answers."))
    rows = fields.Dict(keys=fields.String(), values=fields.Dict())


class EntryRow(api.Shape):
    id = fields.UUID()
    number = fields.Integer()
    day = fields.Date()
    edition_id = fields.UUID()
    items = SAYS
    rows = fields.Dict(keys=fields.String(), values=fields.List(SAYS))
    created_at = fields.DateTime()
    changed_at = fields.DateTime(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)
    cancelled_why = fields.String(allow_none=True)
    reviewed_at = fields.DateTime(allow_none=True)


@dataclass(frozen=True)
class Level:
    """Who reads and who writes the registers of a level, what its identifiers stand for, and an entry as an example."""

    scope: RegisterScope
    read: Permission
    write: Permission
    register: str
    entry: str
    example: Mapping[str, Any]


def add_routes(made: api.Resources, level: Level) -> api.Resources:
    """Add the operations of a level's registers to its resources."""
    _registers(made, level)
    _reads(made, level)
    _writes(made, level)
    _ends(made, level)
    return made


def _registers(made: api.Resources, level: Level) -> None:
    @made.get("/registers")
    @guard(level.read)
    @made.operation("List registers", "标准规定的登记簿。", gives=api.Listed(RegisterRow))
    def registers() -> Response:
        return answering.registers(level.scope)

    @made.get("/registers/<code>")
    @guard(level.read, sample=level.register)
    @made.operation("Read a register", "一本登记簿，和它的答案要怎么填（JSON Schema）。", gives=RegisterShown)
    def register(code: str) -> Response:
        return answering.register(level.scope, code)


def _reads(made: api.Resources, level: Level) -> None:
    @made.get("/registers/<code>/entries")
    @guard(level.read, sample=level.register)
    @made.operation(
        "List entries", "一本登记簿里的登记，日期最近的在前。读取保密的登记会记入审计日志。", asks=EntriesAsked,
        gives=api.Listed(EntryRow),
    )  # fmt: skip
    def entries(code: str, asked: Any) -> Response:
        return answering.entries(level.scope, code, asked)

    @made.get("/registers/<code>/entries/<uuid:entry_id>")
    @guard(level.read, sample=level.entry)
    @made.operation("Read an entry", "一条登记。ETag 是它的版本。", gives=EntryRow)
    def entry(code: str, entry_id: UUID) -> Response:
        return answering.entry(level.scope, code, entry_id)


def _writes(made: api.Resources, level: Level) -> None:
    @made.post("/registers/<code>/entries")
    @guard(level.write, sample=level.register)
    @made.operation(
        "Add an entry", "登记一条；哪些身份可以登记由标准规定。", takes=EntryGiven, gives=EntryRow, status=201,
        example={"items": level.example},
    )  # fmt: skip
    def add(code: str, given: Mapping[str, Any]) -> Response:
        return answering.add(level.scope, code, given)

    @made.put("/registers/<code>/entries/<uuid:entry_id>")
    @guard(level.write, sample=level.entry)
    @made.operation(
        "Change an entry", "修改一条登记的全部内容；未给的项目清空。", takes=EntryGiven, gives=EntryRow, versioned=True,
        example={"items": level.example},
    )  # fmt: skip
    def change(code: str, entry_id: UUID, given: Mapping[str, Any]) -> Response:
        return answering.change(level.scope, code, entry_id, given)


def _ends(made: api.Resources, level: Level) -> None:
    @made.post("/registers/<code>/entries/<uuid:entry_id>/cancellation")
    @guard(level.write, sample=level.entry)
    @made.operation(
        "Cancel an entry", "作废一条登记，不再计数，仍可查看。", takes=Cancelling, gives=EntryRow,
        example={"reason": "Entered twice"},
    )  # fmt: skip
    def cancel(code: str, entry_id: UUID, given: Mapping[str, Any]) -> Response:
        return answering.cancel(level.scope, code, entry_id, given["reason"])

    @made.post("/registers/<code>/entries/<uuid:entry_id>/restoration")
    @guard(level.write, sample=level.entry)
    @made.operation("Restore an entry", "恢复一条作废的登记。", gives=EntryRow)
    def restore(code: str, entry_id: UUID) -> Response:
        return answering.restore(level.scope, code, entry_id)

    @made.post("/registers/<code>/entries/<uuid:entry_id>/review")
    @guard(level.write, sample=level.entry)
    @made.operation(
        "Pass the review of an entry", "由没有写过这一条的另一个人复核通过。", gives=EntryRow, versioned=True
    )
    def review(code: str, entry_id: UUID) -> Response:
        return answering.review(level.scope, code, entry_id)
