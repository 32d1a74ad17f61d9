"""`huakai accounts`: create somebody who can sign in, with a password or with a link."""

import re
import sys
from typing import Any
from uuid import UUID

import click
from marshmallow import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_deploy.commands import output
from huakai_deploy.commands.output import databases, dry_run_option, json_option, said, say, tell_json
from huakai_platform.identity import contacts, invitations, links, mail, passwords, places
from huakai_platform.identity.inputs import LOGIN
from huakai_platform.identity.invitations import Outcome
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.models import Account, Institution
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.errors import Conflict, HuakaiError, Invalid
from huakai_platform.kernel.fields import Date
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7


class Undone(Exception):
    """Ends a dry run: what it wrote is rolled back."""


@click.group(help=said(_("账号与登录")))
def group() -> None:
    pass


@group.command("create", help=said(_("建立账号：给出密码，或得到一次性邀请链接。")))
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help=said(_("姓名")))
@click.option("--login", help=said(_("账号名，不给则自动生成")))
@click.option("--phone", help=said(_("手机号，没有别人使用时可以用它登录")))
@click.option("--email", help=said(_("邮箱，没有别人使用时可以用它登录")))
@click.option("--post", type=click.Choice(["A", "B"]), help=said(_("站点的岗位：A 负责，B 替补")))
@click.option("--region", help=said(_("地区全称或区划代码")))
@click.option("--site", help=said(_("站点编号")))
@click.option("--until", help=said(_("截止日期，审核员必填，如 2027-12-31")))
@click.option("--institution", help=said(_("还没有机构时以此名称建立")))
@click.option("--password-stdin", is_flag=True, help=said(_("从标准输入读取密码")))
@json_option
@dry_run_option
def create(as_json: bool, dry_run: bool, password_stdin: bool, **asked: str | None) -> None:
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    settings = output.settings()
    made: dict[str, Any] = {}
    try:
        with databases() as pools, pools.session(Login.OVERSIGHT) as session:
            made = _create(session, settings, asked, password)
            if dry_run:
                raise Undone
    except Undone:
        made |= {"dry_run": True, "link": None}
    except Invalid as refused:
        for messages in refused.fields.values() or [[refused.message]]:
            for message in messages:
                say(message, err=True)
        raise SystemExit(1) from None
    if as_json:
        tell_json(made)
        return
    _tell(made, dry_run)


def _tell(made: dict[str, Any], dry_run: bool) -> None:
    joined = made["outcome"] is Outcome.JOINED
    if dry_run and joined:
        say(_("试运行：此人已有账号 {login}，身份将加到该账号上。", login=made["login"]))
    elif dry_run:
        say(_("试运行：将建立账号 {login}。", login=made["login"]))
    elif joined:
        say(_("此人已有账号 {login}，身份已加到该账号上。", login=made["login"]))
    else:
        say(_("账号名：{login}", login=made["login"]))
    if made["link"]:
        say(_("邀请链接(只显示这一次，7 天内有效):{link}", link=made["link"]))


def _create(session: Session, settings: Settings, asked: dict[str, str | None], password: str | None) -> dict[str, Any]:
    name, login = str(asked["name"]).strip(), asked["login"]
    _check(asked, name, login, password)
    institution_id = _institution(session, asked["institution"])
    scope = _scope(session, asked, institution_id)
    scope.check()
    invited = invitations.invite(
        session,
        institution_id=institution_id,
        name=name,
        phone=asked["phone"],
        email=asked["email"],
        login_name=login,
        lookup_key=settings.lookup_key,
        **vars(scope),
    )
    link = None
    if password and invited.outcome is Outcome.JOINED:
        raise Conflict(_("此人已有账号 {login}，密码不能从这里更改。", login=invited.login_name))
    if password:
        values = {"password_hash": passwords.hashed(password)}
        session.execute(update(Account).where(Account.id == invited.account_id).values(values))
    elif invited.invitation_id:
        link = f"{mail.base_url(settings)}/invitations/{links.issue(session, None, invited.invitation_id)}"
    about = {"id": invited.account_id, "login": invited.login_name, "role": scope.role.value, "link": link}
    return about | {"outcome": invited.outcome, "unset": sorted(invited.unset)}


def _check(asked: dict[str, str | None], name: str, login: str | None, password: str | None) -> None:
    if not name:
        raise Invalid(_("请填写姓名。"))
    if login is not None and not re.fullmatch(LOGIN, login):
        raise Invalid(_("账号名应以小写字母开头，可含数字、点、横线，3 至 40 个字符。"))
    if asked["phone"] and contacts.normal_phone(asked["phone"]) is None:
        raise Invalid(_("请填写完整的手机号。"))
    if asked["email"] and contacts.normal_email(asked["email"]) is None:
        raise Invalid(_("请填写完整的邮箱地址"))
    if password is not None and (weak := passwords.weaknesses(password, (name, login))):
        raise Invalid(weak[0])


def _scope(session: Session, asked: dict[str, str | None], institution_id: UUID) -> Scope:
    try:
        until = Date().deserialize(asked["until"]) if asked["until"] else None
    except ValidationError as error:
        raise Invalid(error.messages[0]) from None
    region = _one(places.regions(session, asked["region"]), asked["region"]) if asked["region"] else None
    sites = places.sites(session, asked["site"], institution_id=institution_id) if asked["site"] else []
    site = _one(sites, asked["site"]) if asked["site"] else None
    return Scope(Role(str(asked["role"])), site_id=site, region_code=region, post=asked["post"], valid_until=until)


def _one(found: Any, words: str | None) -> Any:
    if len(found) == 1:
        return found[0][0]
    if found:
        choices = ", ".join(f"{label} {key}" for key, label in found)
        raise Invalid(_("“{words}”有多个：{choices}", words=words, choices=choices))
    raise Invalid(_("没有找到“{words}”。", words=words))


def _institution(session: Session, name: str | None) -> UUID:
    """The one institution there is; the first is made by its name."""
    found = session.scalars(select(Institution.id).order_by(Institution.created_at).limit(1)).one_or_none()
    if found:
        return found
    if not name:
        raise HuakaiError(_("还没有机构：请用 --institution 给出名称。"))
    row = Institution(id=uuid7(), name=name, short_name=name, created_at=clock.now())
    session.add(row)
    session.flush()
    return row.id
