"""Who a token stands for, and what it may do."""

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.web import api
from huakai_platform.web.context import actor, guard

blueprint = api.Resources("identity", __name__, "令牌的身份 Who a token stands for")


class Me(api.Shape):
    account_id = fields.UUID()
    name = fields.String()
    role = fields.String()
    institution_id = fields.UUID()
    institution = fields.String()
    site_id = fields.UUID(allow_none=True)
    site = fields.String(allow_none=True)
    region_code = fields.String(allow_none=True)
    scopes = fields.List(fields.String())


@blueprint.get("/me")
@guard(Permission.SELF)
@blueprint.operation("Who this token stands for", "令牌代表的身份、范围和权限。", gives=Me)
def me() -> Response:
    who = actor()
    return api.answer(
        {
            "account_id": who.account_id,
            "name": who.name,
            "role": who.role,
            "institution_id": who.institution_id,
            "institution": who.institution_name,
            "site_id": who.site_id,
            "site": who.site_name or None,
            "region_code": who.region_code,
            "scopes": sorted(who.permissions),
        }
    )
