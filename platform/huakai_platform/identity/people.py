"""Accounts and team as answers for programs."""

from typing import Any

from marshmallow import fields

from huakai_platform.identity.invitations import Outcome
from huakai_platform.identity.listing import STATES, Entry
from huakai_platform.kernel.access import Role
from huakai_platform.web import api


class Held(api.Shape):
    id = fields.UUID()
    role = fields.String(metadata={"enum": list(Role)})
    site_id = fields.UUID(allow_none=True)
    site = fields.String(allow_none=True)
    region_code = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    post = fields.String(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    current = fields.Boolean()


class Member(api.Shape):
    """Somebody of a room's team: nothing by which the room could tell whose number or address is known elsewhere."""

    id = fields.UUID()
    name = fields.String()
    login_name = fields.String()
    phone_hint = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    second_factor = fields.Boolean()
    created_at = fields.DateTime()
    last_at = fields.DateTime(allow_none=True)
    memberships = fields.List(fields.Nested(Held))


class Person(Member):
    email = fields.String(allow_none=True)
    phone_signs_in = fields.Boolean(metadata=api.about("手机号能否用来登录 Whether the number opens this account."))


class Added(api.Shape):
    account_id = fields.UUID()
    membership_id = fields.UUID()
    needs_link = fields.Boolean(
        metadata=api.about("需要在页面上发放邀请链接 Somebody must hand out the invitation link on the page.")
    )


class Invited(Added):
    outcome = fields.String(
        metadata=api.about("新建账号，或身份加到已有账号 Whether an account was made or a known one got the role.")
        | {"enum": [Outcome.NEW.value, Outcome.JOINED.value]}
    )
    login_name = fields.String()
    unset = fields.List(
        fields.String(),
        metadata=api.about("填写了但不能用来登录这个账号的内容 What was given and does not open this account."),
    )


def person(entry: Entry) -> dict[str, Any]:
    return _shaped(entry, Person())


def member(entry: Entry) -> dict[str, Any]:
    return _shaped(entry, Member())


def _shaped(entry: Entry, shape: api.Shape) -> dict[str, Any]:
    about = {name: getattr(entry, name) for name in shape.fields if name != "memberships"}
    return about | {"memberships": [{name: row[name] for name in Held().fields} for row in entry.memberships]}
