"""The equipment of a room for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Date, Strict, Text
from huakai_platform.resources.api import Operations, Told, Words, operations
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment import required, service
from huakai_tenants.equipment.listing import EQUIPMENT

blueprint = api.Resources("equipment_items", __name__, "设备 The equipment of a room", room=True)
EXAMPLE = {"kind": "computer", "quantity": 1, "name": "M455", "funds": "government", "bought_on": "2026-01-05"}
DAY = {"held_on": "2026-01-05", "note": "…"}


class EquipmentMoved(Strict):
    held_on = Date(required=True)
    note = Text(max_length=200, allow_none=True)


class EquipmentChecked(EquipmentMoved):
    found = Choice(["ok", "fault"], required=True)


class EquipmentScrapped(EquipmentMoved):
    reason = Choice(service.REASONS, required=True)


class EquipmentStanding(api.Shape):
    kind = fields.String()
    core = fields.Boolean()
    wanted = fields.Integer()
    present = fields.Integer()
    out_of_order = fields.Integer()
    missing = fields.Integer()


OPERATIONS = Operations(EQUIPMENT, service, "item_id")
WORDS = Words(
    listed=Told("List equipment", "设备，按编号。"),
    one=Told("Read a piece of equipment", "一件设备。ETag 是它的版本。"),
    add=Told("Register equipment", "登记一件设备。"),
    change=Told("Change a piece of equipment", "修改登记的内容；未给的项目清空，编号不给则不变。"),
    example=EXAMPLE,
)
EquipmentRow = operations(
    blueprint,
    OPERATIONS,
    WORDS,
    read=Permission.EQUIPMENT_READ,
    write=Permission.EQUIPMENT_MANAGE,
    sample="equipment_item",
    path="/equipment",
)


@blueprint.get("/equipment/required")
@guard(Permission.EQUIPMENT_READ)
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


@blueprint.post("/equipment/<uuid:item_id>/check")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
@blueprint.operation(
    "Record a check", "记录一次检查的结果。", takes=EquipmentChecked, gives=EquipmentRow, example={**DAY, "found": "ok"}
)
def check(item_id: UUID, given: Any) -> Response:
    service.get(db(), item_id)
    ok, on = given["found"] == "ok", given["held_on"]
    service.check(db(), actor(), [item_id], ok=ok, on=on, note=given.get("note"))
    return OPERATIONS.answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/repair")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
@blueprint.operation("Send for repair", "送修。", takes=EquipmentMoved, gives=EquipmentRow, example=DAY)
def send(item_id: UUID, given: Any) -> Response:
    service.send(db(), actor(), item_id, on=given["held_on"], note=given.get("note"))
    return OPERATIONS.answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/return")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
@blueprint.operation("Take back from repair", "修复取回。", takes=EquipmentMoved, gives=EquipmentRow, example=DAY)
def take_back(item_id: UUID, given: Any) -> Response:
    service.take_back(db(), actor(), item_id, on=given["held_on"], note=given.get("note"))
    return OPERATIONS.answer(item_id)


@blueprint.post("/equipment/<uuid:item_id>/scrapping")
@guard(Permission.EQUIPMENT_MANAGE, sample="equipment_item")
@blueprint.operation(
    "Scrap a piece of equipment", "报废；登记和历史仍保留，不能再改动。", takes=EquipmentScrapped, gives=EquipmentRow,
    example={**DAY, "reason": "worn"},
)  # fmt: skip
def scrap(item_id: UUID, given: Any) -> Response:
    service.scrap(db(), actor(), item_id, on=given["held_on"], reason=given["reason"], note=given.get("note"))
    return OPERATIONS.answer(item_id)
