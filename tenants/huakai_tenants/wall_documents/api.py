"""The documents on the wall of a room for programs."""

from flask import Response
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.web import api
from huakai_platform.web.context import db, guard
from huakai_tenants.wall_documents import service

blueprint = api.Resources("wall", __name__, "上墙文件 Documents on the wall", room=True)


class WallDocumentRow(api.Shape):
    code = fields.String()
    core = fields.Boolean()
    state = fields.String(metadata={"enum": list(service.STATES)})
    photographed_on = fields.Date(allow_none=True)
    good_until = fields.Date(allow_none=True)
    note = fields.String(allow_none=True, metadata=api.about("挂在哪里 Where it hangs."))


@blueprint.get("/wall-documents")
@guard(Permission.SPACES_READ)
@blueprint.operation(
    "List wall documents", "标准要求上墙的每份文件和它的照片是否有效。", gives=api.Listed(WallDocumentRow)
)
def listed() -> Response:
    return api.listed(
        [
            {
                "code": one.code,
                "core": one.core,
                "state": one.state,
                "photographed_on": one.photo and one.photo.taken_on,
                "good_until": one.until,
                "note": one.note,
            }
            for one in service.standings(db(), clock.today())
        ]
    )
