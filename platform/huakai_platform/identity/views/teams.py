"""The room's team: who works here, whom the head invites, and their links."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import directory, invitations, links, memberships
from huakai_platform.identity.inputs import NewMember
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import team
from huakai_platform.identity.views.managing import show_link
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import Given

HEAD = (Role.SITE_HEAD,)
STAFF = (Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER)
ROLES = (Role.COUNSELLOR, Role.SITE_WORKER, Role.VOLUNTEER, Role.SITE_HEAD)


@team.get("/")
@guard(Permission.TEAM_READ, to=STAFF)
def index() -> str:
    return render_template("identity/team.html", people=directory.team(db(), actor()))


@team.get("/new")
@guard(Permission.TEAM_MANAGE, to=HEAD, confirmed=True)
def new_member() -> str:
    return _form(Given({}))


@team.post("/new")
@guard(Permission.TEAM_MANAGE, to=HEAD, confirmed=True)
def invite() -> Response:
    given, mine = inputs.form(NewMember()), actor()
    if not given.ok:
        return make_response(_form(given), 422)
    values = dict(given.values)
    scope = Scope(
        Role(values.pop("role")), mine.site_id, post=values.pop("post"), valid_until=values.pop("valid_until")
    )
    memberships.refuse_beyond(mine, scope)
    assert mine.institution_id
    invited = invitations.invite(
        db(),
        mine,
        institution_id=mine.institution_id,
        lookup_key=edge.settings().lookup_key,
        vouched=False,
        **values,
        **vars(scope),
    )
    if invited.invitation_id and values["email"] and edge.settings().smtp_url:
        links.mail(db(), invited.invitation_id)
        edge.tell(_("邀请将发送到邮箱。"))
    else:
        edge.tell(_("已加入团队。还没有密码的成员需要您发放邀请链接。"))
    return redirect(url_for(".index"), 303)


@team.post("/<uuid:account_id>/link")
@guard(Permission.TEAM_MANAGE, to=HEAD, confirmed=True, sample="account")
def issue_link(account_id: UUID) -> Response:
    entry = next((entry for entry in directory.team(db(), actor()) if entry.id == account_id), None)
    if entry is None:
        raise NotFound(_("没有这个账号。"))
    return show_link(entry, url_for(".index"), "layouts/room.html")


@team.post("/memberships/<uuid:membership_id>/end")
@guard(Permission.TEAM_MANAGE, to=HEAD, confirmed=True, sample="membership")
def end_membership(membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id)
    edge.tell(_("身份已结束，立即生效。"))
    return redirect(url_for(".index"), 303)


def _form(given: Given) -> str:
    return render_template("identity/team_new.html", given=given, roles=ROLES, key=str(uuid7()))
