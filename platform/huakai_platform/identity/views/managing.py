"""One account in the console: its roles, its link, its state."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import accounts, links, listing, memberships
from huakai_platform.identity.inputs import NewRole
from huakai_platform.identity.views import edge, scoping
from huakai_platform.identity.views.blueprints import console
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult


@console.get("/accounts/<uuid:account_id>")
@guard(Permission.ACCOUNTS_READ, sample="account")
def account_detail(account_id: UUID) -> str:
    return _page(account_id, scoping.Asked(FormResult({})))


@console.post("/accounts/<uuid:account_id>/memberships")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def give_role(account_id: UUID) -> Response:
    accounts.find(db(), actor(), account_id)
    asked = scoping.read(inputs.form(NewRole()))
    if asked.scope is None:
        return make_response(_page(account_id, asked), 422)
    try:
        memberships.give(db(), actor(), account_id, asked.scope)
    except Invalid as refused:
        return make_response(_page(account_id, scoping.Asked(asked.given.with_errors(refused.fields))), 422)
    edge.tell(_("身份已添加。"))
    return to_detail(account_id)


@console.post("/accounts/<uuid:account_id>/memberships/<uuid:membership_id>/end")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="membership")
def end_role(account_id: UUID, membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id, account_id=account_id)
    edge.tell(_("身份已结束，立即生效。"))
    return to_detail(account_id)


@console.post("/accounts/<uuid:account_id>/link")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def issue_link(account_id: UUID) -> Response:
    """Show the link this once; only its hash is kept."""
    entry = listing.one(db(), actor(), account_id)
    return show_link(entry, url_for(".account_detail", account_id=account_id), "layouts/console.html")


@console.post("/accounts/<uuid:account_id>/mail")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def mail_link(account_id: UUID) -> Response:
    entry = listing.one(db(), actor(), account_id)
    if entry.email and edge.settings().smtp_url:
        links.mail(db(), links.prepare(db(), actor(), account_id)[0])
        edge.tell(_("链接将发送到 {email}。", email=entry.email))
    else:
        edge.tell(_("没有邮箱或未设置邮件服务器，请改用链接。"), "warning")
    return to_detail(account_id)


@console.post("/accounts/<uuid:account_id>/disable")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def disable_account(account_id: UUID) -> Response:
    accounts.disable(db(), actor(), account_id)
    edge.tell(_("账号已停用，所有设备已退出登录。"))
    return to_detail(account_id)


@console.post("/accounts/<uuid:account_id>/enable")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def enable_account(account_id: UUID) -> Response:
    accounts.enable(db(), actor(), account_id)
    edge.tell(_("账号已启用。"))
    return to_detail(account_id)


@console.post("/accounts/<uuid:account_id>/second-factor/removal")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True, sample="account")
def drop_second_factor(account_id: UUID) -> Response:
    accounts.drop_second_factor(db(), actor(), account_id)
    edge.tell(_("两步验证已重置。"))
    return to_detail(account_id)


def to_detail(account_id: UUID) -> Response:
    return redirect(url_for("identity.account_detail", account_id=account_id), 303)


def show_link(entry: listing.Entry, back: str, layout: str) -> Response:
    invitation_id, purpose = links.prepare(db(), actor(), entry.id)
    token = links.issue(db(), actor(), invitation_id)
    endpoint = "identity.accept" if purpose == "invite" else "identity.reset"
    scheme = "https" if edge.settings().https else None
    url = url_for(endpoint, token=token, _external=True, _scheme=scheme)
    page = render_template(
        "identity/link_issued.html",
        entry=entry,
        url=url,
        picture=edge.picture(url),
        days=links.LIFE[purpose].days,
        purpose=purpose,
        back=back,
        layout=layout,
    )
    return make_response(page)


def _page(account_id: UUID, asked: scoping.Asked) -> str:
    return render_template(
        "identity/account_detail.html",
        entry=listing.one(db(), actor(), account_id),
        asked=asked,
        given=asked.given,
        roles=list(Role),
        mails=bool(edge.settings().smtp_url),
    )
