"""The spaces of a room for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Code, Flag, Number, Strict, Text
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.premises import extending, service
from huakai_tenants.premises.service import Furnished

blueprint = api.Resources("spaces", __name__, "场地 The spaces of a room", room=True)
DESCRIBED = (*extending.FIELDS, "contested")


class Title(api.Shape):
    zh = fields.String()
    en = fields.String()


class SpaceRow(api.Shape):
    id = fields.UUID()
    code = fields.String()
    title = fields.Nested(Title, allow_none=True)
    required = fields.Boolean(allow_none=True)
    state = fields.String(metadata={"enum": list(service.STATES)})
    area = fields.String(allow_none=True)
    at_least = fields.String(allow_none=True)
    at_most = fields.String(allow_none=True)
    shortfall = fields.String(allow_none=True)
    name = fields.String(allow_none=True, metadata=api.about("自设空间的名称 Of a space of the site's own."))
    counselling = fields.Boolean()
    guided_by = fields.String(allow_none=True)
    shared_with = fields.String(allow_none=True)
    shared_when = fields.String(allow_none=True)
    contested = fields.Boolean(
        metadata=api.about("同一地点的另一站点先设了这种功能室 Another site of the place had this room first.")
    )


class Survey(Strict):
    area = Number(1, 100_000, places=1, allow_none=True)
    state = Choice(service.STATES, required=True)


class SpaceDescription(Strict):
    name = Text(max_length=40, allow_none=True)
    counselling = Flag(required=True)
    guided_by = Code(allow_none=True)
    shared_with = Text(max_length=100, allow_none=True)
    shared_when = Text(max_length=100, allow_none=True)


class Addition(Strict):
    code = Code(required=True)


@blueprint.get("/spaces")
@guard(Permission.SPACES_READ)
@blueprint.operation("List spaces", "本站点的空间，按标准的顺序。", gives=api.Listed(SpaceRow))
def spaces() -> Response:
    return api.listed([_row(one) for one in service.premises(db()).spaces])


@blueprint.get("/spaces/<uuid:space_id>")
@guard(Permission.SPACES_READ, sample="space")
@blueprint.operation("Read a space", "一个空间。ETag 是它的版本。", gives=SpaceRow)
def space(space_id: UUID) -> Response:
    return _answer(service.get(db(), space_id))


@blueprint.put("/spaces/<uuid:space_id>")
@guard(Permission.SPACES_MANAGE, sample="space")
@blueprint.operation(
    "Measure a space", "登记面积和状态。", takes=Survey, gives=SpaceRow, versioned=True,
    example={"area": 12.5, "state": "ready"},
)  # fmt: skip
def survey(space_id: UUID, given: Any) -> Response:
    was = service.get(db(), space_id).was
    api.expect(was)
    return _answer(service.survey(db(), actor(), space_id, area=given.get("area"), state=given["state"], was=was))


@blueprint.put("/spaces/<uuid:space_id>/description")
@guard(Permission.SPACES_MANAGE, sample="space")
@blueprint.operation(
    "Describe a space", "登记用途、指导部门和共用情况；未给的项目清空。", takes=SpaceDescription, gives=SpaceRow,
    example={"counselling": True, "guided_by": "women"},
)  # fmt: skip
def describe(space_id: UUID, given: Any) -> Response:
    version = service.get(db(), space_id).space.version
    extending.describe(db(), actor(), space_id, given, version=version)
    return _answer(service.get(db(), space_id))


@blueprint.post("/spaces")
@guard(Permission.SPACES_MANAGE)
@blueprint.operation(
    "Add an optional space", "增加标准中可选的空间。", takes=Addition, status=204, refuses=(404,),
    example={"code": "group_room"},
)  # fmt: skip
def add(given: Any) -> Response:
    service.add(db(), actor(), given["code"])
    return api.nothing()


def _answer(one: Furnished) -> Response:
    return api.answer(_row(one), version=one.was)


def _row(one: Furnished) -> dict[str, Any]:
    said, shortfall = one.prescribed, one.shortfall
    return {
        "id": one.space.id,
        "code": one.space.code,
        "title": said and said.title,
        "required": said and said.required,
        "state": one.space.state,
        "area": one.space.area,
        "at_least": said and said.at_least,
        "at_most": said and said.at_most,
        "shortfall": shortfall and shortfall.render(),
        **{name: getattr(one.space, name) for name in DESCRIBED},
    }
