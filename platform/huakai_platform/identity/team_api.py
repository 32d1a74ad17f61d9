"""The room's team, for programs."""

from typing import Any
from uuid import UUID

from flask import Response

from huakai_platform.identity import directory, invitations, memberships
from huakai_platform.identity.accounts_api import shaped
from huakai_platform.identity.inputs import Email
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.people import Invited, Person, person
from huakai_platform.kernel.access import ROOM, Permission, Role
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.fields import Choice, Date, Phone, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, frame, guard

blueprint = api.Resources("team", __name__, "本站点的团队 The room's team", room=True)
HEAD = frozenset({Role.SITE_HEAD})
STAFF = HEAD | {Role.COUNSELLOR, Role.SITE_WORKER}


class NewMember(Strict):
    name = Text(required=True, max_length=60)
    role = Choice(sorted(role.value for role in ROOM), required=True)
    phone = Phone(load_default=None)
    email = Email(load_default=None)
    post = Choice(("A", "B"), load_default=None)
    valid_until = Date(load_default=None)


@blueprint.get("/team")
@guard(Permission.TEAM_READ, to=STAFF)
@blueprint.operation("List the team", "本站点的成员。", gives=api.Listed(Person))
def team() -> Response:
    return api.listed([person(entry) for entry in directory.team(db(), actor())])


@blueprint.post("/team")
@guard(Permission.TEAM_MANAGE, to=HEAD)
@blueprint.operation(
    "Invite a member", "邀请一位成员；邀请链接在页面上发放。", takes=NewMember, gives=Invited, status=201,
    example={"name": "Li Si", "role": "counsellor"},
)  # fmt: skip
def invite(given: Any) -> Response:
    values, mine = dict(given), actor()
    scope = Scope(
        Role(values.pop("role")), mine.site_id, post=values.pop("post"), valid_until=values.pop("valid_until")
    )
    memberships.refuse_beyond(mine, scope)
    if mine.institution_id is None:
        raise Conflict(_("您的身份不属于任何机构。"))
    invited = invitations.invite(
        db(),
        mine,
        institution_id=mine.institution_id,
        lookup_key=frame().settings.lookup_key,
        vouched=False,
        **values,
        **vars(scope),
    )
    return api.answer(shaped(invited), 201)


@blueprint.delete("/team/memberships/<uuid:membership_id>")
@guard(Permission.TEAM_MANAGE, to=HEAD, sample="membership")
@blueprint.operation("End a member's role", "结束一位成员的身份，立即生效。", status=204)
def end(membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id)
    return api.nothing()
