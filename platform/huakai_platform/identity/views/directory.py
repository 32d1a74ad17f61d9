"""The console's accounts: the list, a new account; and the matrix of rights."""

from uuid import UUID

from flask import make_response, render_template
from werkzeug import Response as BaseResponse

from huakai_platform.identity import invitations, links
from huakai_platform.identity.deciding import Taken
from huakai_platform.identity.inputs import NewAccount
from huakai_platform.identity.invitations import Invited, Outcome
from huakai_platform.identity.listing import ACCOUNTS
from huakai_platform.identity.memberships import refuse_beyond
from huakai_platform.identity.views import edge, scoping
from huakai_platform.identity.views.blueprints import console
from huakai_platform.identity.views.managing import to_detail
from huakai_platform.kernel.access import EVERYONE, GRANTS, Permission, Role
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

PLANES: dict[str, Message] = {"any": _("公共"), "console": _("管理端"), "room": _("站点端")}
CONTACTS: dict[str, Message] = {"phone": _("手机号"), "email": _("邮箱"), "login_name": _("账号名")}
PAGES = Pages(
    ACCOUNTS,
    "account_id",
    listed="accounts",
    single="account_detail",
    printed="print_accounts",
    exported="export_accounts",
    template="identity/accounts.html",
)
list_routes(console, PAGES, read=Permission.ACCOUNTS_READ, at="/accounts", workbook="/accounts.xlsx", confirmed=True)


@console.get("/accounts/new")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True)
def new_account() -> str:
    return _form(scoping.Asked(FormResult({})))


@console.post("/accounts/new")
@guard(Permission.ACCOUNTS_MANAGE, confirmed=True)
def create_account() -> BaseResponse:
    asked = scoping.read(inputs.form(NewAccount()))
    mine, values = actor(), asked.given.values
    if asked.scope is None or mine.institution_id is None:
        return make_response(_form(asked), 422)
    refuse_beyond(mine, asked.scope)
    told = {name: values[name] for name in ("name", "phone", "email", "login_name")}
    place = {"institution_id": mine.institution_id, "lookup_key": edge.settings().lookup_key, **vars(asked.scope)}
    try:
        invited = invitations.invite(db(), mine, **told, **place)
    except Taken as refused:
        return make_response(_form(scoping.Asked(asked.given.with_errors(refused.fields)), refused.holder), 422)
    mails = bool(invited.invitation_id and values["email"] and edge.settings().smtp_url)
    if invited.invitation_id and mails:
        links.mail(db(), invited.invitation_id)
    _tell(invited, mails)
    return to_detail(invited.account_id)


@console.get("/access")
@guard(Permission.ACCESS_READ)
def access_matrix() -> str:
    planes = [(PLANES[plane], [p for p in Permission if p.plane == plane]) for plane in PLANES]
    roles = [role for role in Role if role in EVERYONE]
    return render_template("identity/access_matrix.html", planes=planes, roles=roles, grants=GRANTS)


def _tell(invited: Invited, mails: bool) -> None:
    """What became of it: a new account, or whose account got the role and how that person signs in."""
    if invited.outcome is Outcome.NEW:
        edge.tell(_("账号已建立，邀请将发送到邮箱。") if mails else _("账号已建立。请在下面发放邀请链接。"))
        return
    edge.tell(_("此人已有账号 {login}，身份已加到该账号上。", login=invited.login_name))
    if invited.shared:
        edge.tell(_("此人在其他机构也有身份，链接和密码不归本机构管理；请本人用账号名和原来的密码登录。"), "info")
    elif invited.needs_link:
        edge.tell(_("此人还没有设置过密码，请在下面发放邀请链接。"), "info")
    else:
        edge.tell(_("此人用原来的密码登录；忘记时请在下面发放重设密码链接。"), "info")
    if invited.unset:
        fields = listed(CONTACTS[name] for name in CONTACTS if name in invited.unset)
        edge.tell(
            _(
                "这次填写的{fields}不能用来登录这个账号：请用上面的账号名登录；手机号和邮箱可由本人在“我的账号”中填写。",
                fields=fields,
            ),
            "warning",
        )


def _form(asked: scoping.Asked, holder: UUID | None = None) -> str:
    """The form; with an error, a way to the account of whoever has what was asked for."""
    return render_template(
        "identity/account_new.html", asked=asked, given=asked.given, holder=holder, roles=list(Role), key=str(uuid7())
    )
