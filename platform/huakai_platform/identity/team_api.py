"""The room's team, for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, validates_schema

from huakai_platform.identity import listing, memberships
from huakai_platform.identity import team as service
from huakai_platform.identity.inputs import Email
from huakai_platform.identity.people import Added, Member, member
from huakai_platform.kernel.access import ROOM, Permission
from huakai_platform.kernel.fields import Choice, Date, Id, Phone, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web import api
from huakai_platform.web.context import actor, app_state, db, guard

blueprint = api.Resources("team", __name__, "本站点的团队 The room's team", room=True)


class NewMember(Strict):
    """Somebody new with a name, or one of the team by `account_id`."""

    account_id = Id(load_default=None)
    name = Text(load_default=None, max_length=60)
    role = Choice(sorted(role.value for role in ROOM), required=True)
    phone = Phone(load_default=None)
    email = Email(load_default=None)
    post = Choice(("A", "B"), load_default=None)
    valid_until = Date(load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def _somebody(self, given: dict[str, Any], **_settings: Any) -> None:
        if not given.get("name") and not given.get("account_id"):
            raise ValidationError(_("必填"), "name")


@blueprint.get("/team")
@guard(Permission.TEAM_READ)
@blueprint.operation("List the team", "本站点的成员。", gives=api.Listed(Member))
def team() -> Response:
    return api.listed([member(entry) for entry in listing.team(db(), actor())])


@blueprint.post("/team")
@guard(Permission.TEAM_MANAGE)
@blueprint.operation(
    "Invite a member", "邀请一位新成员，或给团队里已有的人添加身份；邀请链接在页面上发放。",
    takes=NewMember, gives=Added, status=201, example={"name": "Li Si", "role": "counsellor"},
)  # fmt: skip
def invite(given: Any) -> Response:
    added = service.add(db(), actor(), given, lookup_key=app_state().settings.lookup_key)
    return api.answer({name: getattr(added, name) for name in Added().fields}, 201)


@blueprint.delete("/team/memberships/<uuid:membership_id>")
@guard(Permission.TEAM_MANAGE, sample="membership")
@blueprint.operation("End a member's role", "结束一位成员的身份，立即生效。", status=204)
def end(membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id)
    return api.nothing()
