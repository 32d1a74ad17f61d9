"""Training records of a room, and what runs out, for programs."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Number, Strict, Text
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.training import expiring, exporting, service
from huakai_tenants.training.expiring import Expiring
from huakai_tenants.training.listing import TRAINING, room
from huakai_tenants.training.models import TrainingRecord

blueprint = api.Resources("training_records", __name__, "培训记录 Training records", room=True)
LATEST = api.Order((TrainingRecord.held_on, TrainingRecord.id), falling=True)
EXAMPLE = {"held_on": "2026-01-05", "hours": 6, "result": "passed", "score": 85}


class RecordsAsked(api.Paged):
    course = Code()
    member = Id()
    year = Int(1900, 2100)
    result = Choice(service.RESULTS)
    expiring = Flag()


class EndingAsked(api.Paged):
    within = Choice(["gone", *map(str, expiring.STAGES)], metadata=api.about("天数，或已过期 Days, or gone."))
    kind = Choice(exporting.KINDS)
    code = Code()
    post = Code()


class RecordChange(Strict):
    held_on = Date(required=True)
    hours = Number(Decimal("0.1"), Decimal(200), places=1, required=True)
    result = Choice(service.RESULTS, required=True)
    score = Int(0, 100, allow_none=True)
    certificate_number = Text(max_length=60, allow_none=True)
    issued_on = Date(allow_none=True)
    expires_on = Date(allow_none=True)
    note = Text(max_length=500, multiline=True, allow_none=True)


class RecordMade(RecordChange):
    member_id = Id(required=True)
    course = Code(required=True)


class RecordRemoval(Strict):
    reason = Choice(service.REASONS, required=True)


class TrainingRow(api.Shape):
    id = fields.UUID()
    member_id = fields.UUID()
    course = fields.String()
    held_on = fields.Date()
    hours = fields.String()
    result = fields.String(metadata={"enum": list(service.RESULTS)})
    score = fields.Integer(allow_none=True)
    certificate_number = fields.String(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)


class ListedTraining(TrainingRow):
    number = fields.String(metadata=api.about("工号 The staff number."))
    name = fields.String()


class Training(TrainingRow):
    note = fields.String(allow_none=True)


class Ending(api.Shape):
    id = fields.UUID()
    kind = fields.String(metadata={"enum": list(exporting.KINDS)})
    code = fields.String(metadata=api.about("证书或课程 The certificate or course."))
    member_id = fields.UUID()
    number = fields.String()
    name = fields.String()
    post = fields.String()
    expires_on = fields.Date()
    days = fields.Integer(metadata=api.about("剩余天数，负数为已过期 Days left; below zero it has run out."))


ROW, ONE = tuple(ListedTraining().fields), tuple(Training().fields)
ENDING = tuple(name for name in Ending().fields if name != "days")


@blueprint.get("/training/records")
@guard(Permission.TRAINING_READ)
@blueprint.operation(
    "List training records", "培训记录，最近的在前。", asks=RecordsAsked, gives=api.Listed(ListedTraining)
)
def listed(asked: Any) -> Response:
    narrowed = {name: value for name, value in asked.items() if name not in {"after", "limit"}}
    known = lists.unordered_query(TRAINING, actor(), Question(narrowed), room(db(), actor()))
    return api.page(known, LATEST, asked, lambda row: {name: getattr(row, name) for name in ROW})


@blueprint.get("/training/records/<uuid:record_id>")
@guard(Permission.TRAINING_READ, sample="training_record")
@blueprint.operation("Read a training record", "一条培训记录。ETag 是它的版本。", gives=Training)
def record(record_id: UUID) -> Response:
    return _answer(record_id)


@blueprint.post("/training/records")
@guard(Permission.TRAINING_MANAGE)
@blueprint.operation(
    "Record training", "为一个人登记一门课程；同一天的同一门课程只登记一次。", takes=RecordMade, gives=Training,
    status=201, refuses=(404,),
    example={**EXAMPLE, "member_id": "01900000-0000-7000-8000-000000000000", "course": "crisis"},
)  # fmt: skip
def add(given: Any) -> Response:
    values = {**given, "members": [given["member_id"]]}
    try:
        (made,) = service.add(db(), actor(), values)
    except Invalid as refused:
        named = {"member_id" if name == "members" else name: said for name, said in refused.fields.items()}
        raise Invalid(refused.message, named) from None
    return _answer(made, 201, url_for(".record", record_id=made))


@blueprint.put("/training/records/<uuid:record_id>")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
@blueprint.operation(
    "Change a training record", "修改登记的内容；未给的项目清空。人员和课程不能改。", takes=RecordChange,
    gives=Training, versioned=True, example=EXAMPLE,
)  # fmt: skip
def change(record_id: UUID, given: Any) -> Response:
    version = service.get(db(), record_id).version
    api.expect(version)
    service.change(db(), actor(), record_id, given, version=version)
    return _answer(record_id)


@blueprint.post("/training/records/<uuid:record_id>/removal")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
@blueprint.operation(
    "Remove a training record", "删除一条记录和它的扫描件；原因记入审计日志。", takes=RecordRemoval, status=204,
    example={"reason": "mistaken"},
)  # fmt: skip
def remove(record_id: UUID, given: Any) -> Response:
    service.remove(db(), actor(), record_id, given["reason"])
    return api.nothing()


@blueprint.get("/training/expiring")
@guard(Permission.TRAINING_READ)
@blueprint.operation(
    "See what runs out", "90 天内到期和已过期、没有换新的资格证书和培训证书，先到期的在前。", asks=EndingAsked,
    gives=api.Listed(Ending),
)  # fmt: skip
def ending(asked: Any) -> Response:
    today = clock.today()
    wanted = expiring.Filter(**{name: value for name, value in asked.items() if name not in {"after", "limit"}})
    rows = expiring.narrowed(expiring.all_rows(db(), today), wanted, today)
    return api.listed([_ending(row) for row in rows], asked, key=lambda row: row["id"])


def _ending(row: Expiring) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ENDING} | {"days": row.days(clock.today())}


def _answer(record_id: UUID, status: int = 200, location: str | None = None) -> Response:
    found = service.get(db(), record_id)
    return api.answer({name: getattr(found, name) for name in ONE}, status, version=found.version, location=location)
