"""The equipment of a room for programs."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import ROOM, Permission, Role
from huakai_platform.kernel.fields import Choice, Code, Date, Id, Int, Money, Strict, Text
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.equipment import listing, required, service
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.schemas import MOST_PIECES, NUMBER

blueprint = api.Resources("equipment_items", __name__, "设备 The equipment of a room", room=True)
HEAD = frozenset({Role.SITE_HEAD})
STAFF = HEAD | {Role.COUNSELLOR, Role.SITE_WORKER}
NUMBERED = api.Order((EquipmentItem.number, EquipmentItem.id))
EXAMPLE = {"kind": "computer", "quantity": 1, "name": "M455", "funds": "government", "bought_on": "2026-01-05"}
DAY = {"held_on": "2026-01-05", "note": "…"}


class EquipmentAsked(api.Paged):
    q = Text(max_length=40)
    kind = Code()
    space = Code()
    wants = Choice(listing.WANTS)
    state = Choice(listing.STATES)


class EquipmentGiven(Strict):
    kind = Code(required=True)
    name = Text(max_length=80, allow_none=True)
    number = Code(NUMBER, max_length=20, metadata=api.about("不给则自动编号 The next free one where none is given."))
    serial = Text(max_length=60, allow_none=True)
    space_id = Id(allow_none=True)
    quantity = Int(1, MOST_PIECES, required=True)
    bought_on = Date(allow_none=True)
    price = Money(allow_none=True)
    funds = Choice(service.FUNDS, allow_none=True)
    warranty_until = Date(allow_none=True)
    note = Text(max_length=500, multiline=True, allow_none=True)


class EquipmentMoved(Strict):
    held_on = Date(required=True)
    note = Text(max_length=200, allow_none=True)


class EquipmentChecked(EquipmentMoved):
    found = Choice(["ok", "fault"], required=True)


class EquipmentScrapped(EquipmentMoved):
    reason = Choice(service.REASONS, required=True)


class EquipmentRow(api.Shape):
    id = fields.UUID()
    number = fields.String()
    kind = fields.String(metadata=api.about("标准中的代码，或 other A code of the edition, or other."))
    name = fields.String(allow_none=True)
    serial = fields.String(allow_none=True)
    space_id = fields.UUID(allow_none=True)
    quantity = fields.Integer()
    bought_on = fields.Date(allow_none=True)
    price = fields.String(allow_none=True)
    funds = fields.String(allow_none=True, metadata={"enum": [*service.FUNDS, None]})
    warranty_until = fields.Date(allow_none=True)
    state = fields.String(metadata={"enum": list(service.STATES)})
    faulty = fields.Boolean()
    checked_on = fields.Date(allow_none=True)
    scrapped_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)


class EquipmentStanding(api.Shape):
    kind = fields.String()
    core = fields.Boolean()
    wanted = fields.Integer()
    present = fields.Integer()
    out_of_order = fields.Integer()
    missing = fields.Integer()


ROW = tuple(EquipmentRow().fields)


@blueprint.get("/equipment")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
@blueprint.operation("List equipment", "设备，按编号。", asks=EquipmentAsked, gives=api.Listed(EquipmentRow))
def listed(asked: Any) -> Response:
    narrowed = {name: value for name, value in asked.items() if name not in {"after", "limit"}}
    known = listing.unordered_query(listing.Filter(**narrowed), plans.plan(db()), clock.today())
    return api.page(known, NUMBERED, asked, _row)


@blueprint.get("/equipment/required")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
@blueprint.operation(
    "Compare with the standard", "标准要求的每种设备：应配、实有和故障。", gives=api.Listed(EquipmentStanding)
)
def needed() -> Response:
    rows = required.standings(db(), plans.plan(db()), clock.today())
    return api.listed(
        [
            {
                "kind": one.kind.code,
                "core": one.kind.core,
                "wanted": one.kind.wanted,
                "present": one.present,
                "out_of_order": one.out_of_order,
                "missing": one.missing,
            }
            for one in rows
        ]
    )


@blueprint.get("/equipment/<uuid:item_id>")
@guard(Permission.EQUIPMENT_READ, to=ROOM, sample="equipment_item")
@blueprint.operation("Read a piece of equipment", "一件设备。ETag 是它的版本。", gives=EquipmentRow)
def item(item_id: UUID) -> Response:
    return _answer(item_id)


@blueprint.post("/equipment")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
@blueprint.operation(
    "Register equipment", "登记一件设备。", takes=EquipmentGiven, gives=EquipmentRow, status=201, example=EXAMPLE
)
def add(given: Any) -> Response:
    made = service.add(db(), actor(), given)
    return _answer(made.id, 201, url_for(".item", item_id=made.id))


@blueprint.put("/equipment/<uuid:item_id>")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_item")
@blueprint.operation(
    "Change a piece of equipment", "修改登记的内容；未给的项目清空，编号不给则不变。", takes=EquipmentGiven,
    gives=EquipmentRow, versioned=True, example=EXAMPLE,
)  # fmt: skip
def change(item_id: UUID, given: Any) -> Response:
    version = service.get(db(), item_id).version
    api.expect(version)
    service.change(db(), actor(), item_id, given, version=version)
    return _answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/check")
@guard(Permission.EQUIPMENT_CHECK, to=STAFF, sample="equipment_item")
@blueprint.operation(
    "Record a check", "记录一次检查的结果。", takes=EquipmentChecked, gives=EquipmentRow, example={**DAY, "found": "ok"}
)
def check(item_id: UUID, given: Any) -> Response:
    service.get(db(), item_id)
    ok, on = given["found"] == "ok", given["held_on"]
    service.check(db(), actor(), [item_id], ok=ok, on=on, note=given.get("note"))
    return _answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/repair")
@guard(Permission.EQUIPMENT_CHECK, to=STAFF, sample="equipment_item")
@blueprint.operation("Send for repair", "送修。", takes=EquipmentMoved, gives=EquipmentRow, example=DAY)
def send(item_id: UUID, given: Any) -> Response:
    service.send(db(), actor(), item_id, on=given["held_on"], note=given.get("note"))
    return _answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/return")
@guard(Permission.EQUIPMENT_CHECK, to=STAFF, sample="equipment_item")
@blueprint.operation("Take back from repair", "修复取回。", takes=EquipmentMoved, gives=EquipmentRow, example=DAY)
def take_back(item_id: UUID, given: Any) -> Response:
    service.take_back(db(), actor(), item_id, on=given["held_on"], note=given.get("note"))
    return _answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/scrapping")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_item")
@blueprint.operation(
    "Scrap a piece of equipment", "报废；登记和历史仍保留，不能再改动。", takes=EquipmentScrapped, gives=EquipmentRow,
    example={**DAY, "reason": "worn"},
)  # fmt: skip
def scrap(item_id: UUID, given: Any) -> Response:
    service.scrap(db(), actor(), item_id, on=given["held_on"], reason=given["reason"], note=given.get("note"))
    return _answer(item_id)


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ROW}


def _answer(item_id: UUID, status: int = 200, location: str | None = None) -> Response:
    found = service.get(db(), item_id)
    return api.answer(_row(found), status, version=found.version, location=location)
