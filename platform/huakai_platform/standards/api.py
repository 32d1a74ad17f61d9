"""The standard for programs: its editions and their definitions, word for word."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy import select

from huakai_platform.kernel.access import CONSOLE, Permission
from huakai_platform.standards import service
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.web import api
from huakai_platform.web.context import db, guard

blueprint = api.Resources("standard", __name__, "标准 The standard")

NAMES = ("id", "number", "title", "digest", "published_at")
BARE = select(*(getattr(Edition, name) for name in NAMES))


class EditionRow(api.Shape):
    id = fields.UUID()
    number = fields.Integer()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    digest = fields.String()
    published_at = fields.DateTime()


class DefinitionRow(api.Shape):
    kind = fields.String()
    code = fields.String()
    digest = fields.String()


class Definition(api.Shape):
    body = fields.Dict(keys=fields.String())


@blueprint.get("/editions")
@guard(Permission.STANDARD_READ, to=CONSOLE)
@blueprint.operation("List editions", "标准的各版，最新在前。", asks=api.Paged, gives=api.Listed(EditionRow))
def editions(asked: Any) -> Response:
    return api.page(BARE, api.Order((Edition.number,), falling=True), asked, NAMES)


@blueprint.get("/editions/<uuid:edition_id>/definitions")
@guard(Permission.STANDARD_READ, to=CONSOLE, sample="definition")
@blueprint.operation("List the definitions of an edition", "一版标准中的定义。", gives=api.Listed(DefinitionRow))
def definitions(edition_id: UUID) -> Response:
    service.bodies(db(), edition_id)
    rows = db().execute(
        select(EditionDefinition.kind, EditionDefinition.code, EditionDefinition.digest)
        .where(EditionDefinition.edition_id == edition_id)
        .order_by(EditionDefinition.kind, EditionDefinition.code)
    )
    return api.listed([{"kind": row.kind, "code": row.code, "digest": row.digest} for row in rows])


@blueprint.get("/editions/<uuid:edition_id>/definitions/<kind>/<code>")
@guard(Permission.STANDARD_READ, to=CONSOLE, sample="definition")
@blueprint.operation("Read a definition", "一项定义的全文。", gives=Definition)
def definition(edition_id: UUID, kind: str, code: str) -> Response:
    return api.answer({"body": service.body(db(), edition_id, kind, code)})
