"""Training records of a room, and what runs out, for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Code, Strict
from huakai_platform.resources.api import Operations, Told, Words, operations
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.training import expiring, exporting, service
from huakai_tenants.training.expiring import Expiring
from huakai_tenants.training.listing import TRAINING
from huakai_tenants.training.models import TrainingRecord

blueprint = api.Resources("training_records", __name__, "培训记录 Training records", room=True)
LATEST = api.Order((TrainingRecord.held_on, TrainingRecord.id), falling=True)
EXAMPLE = {"held_on": "2026-01-05", "hours": 6, "result": "passed", "score": 85}


class EndingAsked(api.Paged):
    within = Choice(["gone", *map(str, expiring.STAGES)], metadata=api.about("天数，或已过期 Days, or gone."))
    kind = Choice(exporting.KINDS)
    code = Code()
    post = Code()


class RecordRemoval(Strict):
    reason = Choice(service.REASONS, required=True)


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


ENDING = tuple(name for name in Ending().fields if name != "days")
OPERATIONS = Operations(TRAINING, service, "record_id", single_as="record", order=LATEST)
WORDS = Words(
    listed=Told("List training records", "培训记录，最近的在前。"),
    one=Told("Read a training record", "一条培训记录。ETag 是它的版本。"),
    add=Told("Record training", "为一个人登记一门课程；同一天的同一门课程只登记一次。", (404,)),
    change=Told("Change a training record", "修改登记的内容；未给的项目清空。人员和课程不能改。"),
    example={**EXAMPLE, "member_id": "01900000-0000-7000-8000-000000000000", "course": "crisis"},
    changed=EXAMPLE,
)
operations(
    blueprint,
    OPERATIONS,
    WORDS,
    read=Permission.TRAINING_READ,
    write=Permission.TRAINING_MANAGE,
    sample="training_record",
    path="/training/records",
)


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
