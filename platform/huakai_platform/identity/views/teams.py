"""The room's team: who works here, whom the head invites, and their links."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import links, listing, memberships
from huakai_platform.identity import team as service
from huakai_platform.identity.inputs import NewMember
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import team
from huakai_platform.identity.views.managing import show_link
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

ROLES = (Role.COUNSELLOR, Role.SITE_WORKER, Role.VOLUNTEER, Role.SITE_HEAD)


@team.get("/")
@guard(Permission.TEAM_READ)
def index() -> str:
    return render_template("identity/team.html", people=listing.team(db(), actor()))


@team.get("/new")
@guard(Permission.TEAM_MANAGE, confirmed=True)
def new_member() -> str:
    return _form(FormResult({}))


@team.post("/new")
@guard(Permission.TEAM_MANAGE, confirmed=True)
def invite() -> Response:
    given = inputs.form(NewMember())
    if not given.ok:
        return make_response(_form(given), 422)
    try:
        added = service.add(db(), actor(), given.values, lookup_key=edge.settings().lookup_key)
    except Invalid as refused:
        return make_response(_form(given.with_errors(refused.fields)), 422)
    mails = bool(added.invitation_id and given.values["email"] and edge.settings().smtp_url)
    if added.invitation_id and mails:
        links.mail(db(), added.invitation_id)
    _tell(added, mails)
    return redirect(url_for(".index"), 303)


@team.post("/<uuid:account_id>/link")
@guard(Permission.TEAM_MANAGE, confirmed=True, sample="account")
def issue_link(account_id: UUID) -> Response:
    entry = next((entry for entry in listing.team(db(), actor()) if entry.id == account_id), None)
    if entry is None:
        raise NotFound(_("没有这个账号。"))
    return show_link(entry, url_for(".index"), "layouts/room.html")


@team.post("/memberships/<uuid:membership_id>/end")
@guard(Permission.TEAM_MANAGE, confirmed=True, sample="membership")
def end_membership(membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id)
    edge.tell(_("身份已结束，立即生效。"))
    return redirect(url_for(".index"), 303)


def _tell(added: service.Added, mails: bool) -> None:
    """What became of it, in the same words whoever else has the number or address."""
    if added.invitation_id is None:
        edge.tell(_("已给{name}添加身份。", name=added.name))
        return
    edge.tell(_("已邀请{name}。账号名和链接写在邀请信里，请在下面打开邀请信，交给本人。", name=added.name))
    if mails:
        edge.tell(_("填写的邮箱如果可用，也会收到同样的信。"), "info")
    if added.namesakes:
        edge.tell(_("团队里另有同名的人，请按账号名区分。"), "warning")


def _form(given: FormResult) -> str:
    team = [(entry.id, f"{entry.name} · {entry.login_name}") for entry in listing.team(db(), actor())]
    others = [(str(account_id), label) for account_id, label in team if account_id != actor().account_id]
    return render_template("identity/team_new.html", given=given, roles=ROLES, others=others, key=str(uuid7()))
