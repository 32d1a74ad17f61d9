"""Accounts and team as answers for programs."""

from typing import Any

from marshmallow import fields

from huakai_platform.identity.directory import STATES, Entry
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


class Person(api.Shape):
    id = fields.UUID()
    name = fields.String()
    login_name = fields.String()
    email = fields.String(allow_none=True)
    phone_hint = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    second_factor = fields.Boolean()
    created_at = fields.DateTime()
    last_at = fields.DateTime(allow_none=True)
    memberships = fields.List(fields.Nested(Held))


class Invited(api.Shape):
    account_id = fields.UUID()
    membership_id = fields.UUID()
    needs_link = fields.Boolean(
        metadata=api.about("需要在页面上发放邀请链接 Somebody must hand out the invitation link on the page.")
    )


def person(entry: Entry) -> dict[str, Any]:
    about = {name: getattr(entry, name) for name in Person().fields if name != "memberships"}
    return about | {"memberships": [{name: row[name] for name in Held().fields} for row in entry.memberships]}
