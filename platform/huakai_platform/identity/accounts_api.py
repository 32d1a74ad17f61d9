"""Accounts of the institution, for programs: read, invited, given roles, shut out."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from sqlalchemy import select

from huakai_platform.identity import accounts, invitations, memberships
from huakai_platform.identity import listing as directory
from huakai_platform.identity.inputs import LOGIN, Email
from huakai_platform.identity.listing import ACCOUNTS
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.models import Account
from huakai_platform.identity.people import Held, Invited, Person, person
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Choice, Code, Date, Id, Phone, RegionCode, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, app_state, db, guard

blueprint = api.Resources("accounts", __name__, "机构的账号和身份 Accounts of the institution")
ROLE = {"role": "regional_office", "region_code": "410300000000"}


class AccountsAsked(api.Paged):
    q = Text(min_length=1, max_length=60)
    role = Choice([role.value for role in Role])
    state = Choice(directory.STATES)


class NewRole(Strict):
    role = Choice([role.value for role in Role], required=True)
    site_id = Id(load_default=None)
    region_code = RegionCode(load_default=None)
    post = Choice(("A", "B"), load_default=None)
    valid_from = Date(load_default=None)
    valid_until = Date(load_default=None)


class NewAccount(NewRole):
    name = Text(required=True, max_length=60)
    login_name = Code(LOGIN, max_length=40, load_default=None)
    phone = Phone(load_default=None)
    email = Email(load_default=None)


@blueprint.get("/accounts")
@guard(Permission.ACCOUNTS_READ)
@blueprint.operation("List accounts", "机构的账号，按账号名排列。", asks=AccountsAsked, gives=api.Listed(Person))
def listing(asked: Any) -> Response:
    here = ACCOUNTS.context(db(), actor())
    query = lists.unordered_query(ACCOUNTS, actor(), Question(asked), here)
    page = api.cut(query, api.Order((Account.login_name,)), asked)
    rows = [directory.AccountRow(*row[:-1]) for row in page.rows]
    return page.answer([person(entry) for entry in directory.entries(db(), actor(), rows)])


@blueprint.post("/accounts")
@guard(Permission.ACCOUNTS_MANAGE)
@blueprint.operation(
    "Invite somebody", "建立账号并给予身份；邀请链接在页面上发放。", takes=NewAccount, gives=Invited, status=201,
    example={"name": "Wang Xiaoming", **ROLE},
)  # fmt: skip
def invite(given: Any) -> Response:
    values, mine = dict(given), actor()
    scope = _scope(values)
    memberships.refuse_beyond(mine, scope)
    if mine.institution_id is None:
        raise Conflict(_("您的身份不属于任何机构。"))
    told = {name: values[name] for name in ("name", "login_name", "phone", "email")}
    invited = invitations.invite(
        db(),
        mine,
        institution_id=mine.institution_id,
        lookup_key=app_state().settings.lookup_key,
        **told,
        **vars(scope),
    )
    return api.answer(_shaped(invited), 201, location=url_for(".account", account_id=invited.account_id))


@blueprint.get("/accounts/<uuid:account_id>")
@guard(Permission.ACCOUNTS_READ, sample="account")
@blueprint.operation("Read an account", "一个账号和它的全部身份。", gives=Person)
def account(account_id: UUID) -> Response:
    return api.answer(person(directory.one(db(), actor(), account_id)))


@blueprint.post("/accounts/<uuid:account_id>/memberships")
@guard(Permission.ACCOUNTS_MANAGE, sample="account")
@blueprint.operation("Give a role", "给账号一个身份。", takes=NewRole, gives=Held, status=201, example=ROLE)
def give_role(account_id: UUID, given: Any) -> Response:
    accounts.find(db(), actor(), account_id)
    made = memberships.give(db(), actor(), account_id, _scope(given))
    held = person(directory.one(db(), actor(), account_id))["memberships"]
    return api.answer(next(row for row in held if row["id"] == made), 201)


@blueprint.delete("/accounts/<uuid:account_id>/memberships/<uuid:membership_id>")
@guard(Permission.ACCOUNTS_MANAGE, sample="membership")
@blueprint.operation("End a role", "结束一个身份，立即生效。", status=204)
def end_role(account_id: UUID, membership_id: UUID) -> Response:
    memberships.end(db(), actor(), membership_id, account_id=account_id)
    return api.nothing()


@blueprint.post("/accounts/<uuid:account_id>/disabling")
@guard(Permission.ACCOUNTS_MANAGE, sample="account")
@blueprint.operation("Disable an account", "停用账号，所有设备和令牌立即失效。", status=204)
def disable(account_id: UUID) -> Response:
    accounts.disable(db(), actor(), account_id)
    return api.nothing()


@blueprint.post("/accounts/<uuid:account_id>/enabling")
@guard(Permission.ACCOUNTS_MANAGE, sample="account")
@blueprint.operation("Enable an account", "重新启用账号。", status=204)
def enable(account_id: UUID) -> Response:
    accounts.enable(db(), actor(), account_id)
    return api.nothing()


def _shaped(invited: invitations.Invited) -> dict[str, Any]:
    return {name: getattr(invited, name) for name in Invited().fields} | {"unset": sorted(invited.unset)}


def _scope(given: Any) -> Scope:
    """The scope of a role; the site must be the institution's. Raises Invalid."""
    names = ("site_id", "region_code", "post", "valid_from", "valid_until")
    scope = Scope(Role(given["role"]), **{name: given[name] for name in names})
    scope.check()
    ours = select(Site.id).where(Site.id == scope.site_id, Site.institution_id == actor().institution_id)
    if scope.site_id and db().scalar(ours) is None:
        raise Invalid(_("填写的内容有误。"), {"site_id": [_("没有这个站点。")]})
    return scope
