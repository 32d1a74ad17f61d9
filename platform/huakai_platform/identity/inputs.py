"""What the pages of identity take in."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from huakai_platform.identity import contacts
from huakai_platform.kernel.access import ROOM, Permission, Role
from huakai_platform.kernel.fields import Checked, Choice, Code, Date, Form, Id, Int, Many, Phone, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web import destinations
from huakai_platform.web.carrying import LONGEST

LOCALES = ("zh_CN", "en")
LOGIN = r"(?=.{3,40}$)[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*"


SEALED = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


class Secret(Checked[str]):
    """A password or code as typed: neither trimmed nor normalised here."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) > 200:
            raise ValidationError(_("最多 {count} 个字符", count=200))
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValidationError(_("含有不可见的控制字符")) from None
        return value


class Next(Checked[str]):
    """Where to go on to; what is not a path of this site counts as nowhere."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return destinations.safe(value) or "" if isinstance(value, str) else ""


class Email(Checked[str]):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if isinstance(value, str) and (email := contacts.normal_email(value)):
            return email
        raise ValidationError(_("请填写完整的邮箱地址"))


class Packed(Checked[str]):
    """A form on its way back, sealed; what cannot be one counts as none."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return value if isinstance(value, str) and len(value) <= LONGEST and SEALED.fullmatch(value) else ""


class Onward(Form):
    next = Next(load_default="")
    carried = Packed(load_default="")


class SignIn(Onward):
    identifier = Text(required=True, max_length=200)
    password = Secret(required=True)


class OneCode(Onward):
    code = Secret(required=True)


class Confirmation(Onward):
    password = Secret(required=True)


class NewPassword(Form):
    password = Secret(required=True)
    repeat = Secret(required=True)


class ChangedPassword(NewPassword):
    current = Secret(required=True)


class Chosen(Onward):
    membership_id = Id(required=True)


class Language(Onward):
    locale = Choice(LOCALES, required=True)


class Profile(Form):
    name = Text(required=True, max_length=60)
    locale = Choice(LOCALES, required=True)


class ContactForm(Form):
    phone = Phone(load_default=None)
    email = Email(load_default=None)
    drop_phone = Choice(("1",), load_default=None)
    password = Secret(required=True)


class Enrolment(Form):
    sealed = Code(r"[A-Za-z0-9_-]{40,400}={0,2}", max_length=400, required=True)
    code = Secret(required=True)


class TurnOff(Form):
    confirm = Text(required=True)


class NewRole(Form):
    """A role with its scope; site and region as somebody types them, or the chosen one of several."""

    role = Choice([role.value for role in Role], required=True)
    site = Text(max_length=80, load_default=None)
    site_id = Id(load_default=None)
    region = Text(max_length=60, load_default=None)
    region_code = Code(r"[0-9]{12}", load_default=None)
    post = Choice(("A", "B"), load_default=None)
    valid_from = Date(load_default=None)
    valid_until = Date(load_default=None)


class NewAccount(NewRole):
    name = Text(required=True, max_length=60)
    login_name = Code(LOGIN, max_length=40, load_default=None)
    phone = Phone(load_default=None)
    email = Email(load_default=None)


class NewMember(Form):
    """Somebody new with a name, or one of the team by `account_id`."""

    account_id = Id(load_default=None)
    name = Text(load_default=None, max_length=60)
    role = Choice(sorted(role.value for role in ROOM), required=True)
    phone = Phone(load_default=None)
    email = Email(load_default=None)
    post = Choice(("A", "B"), load_default=None)
    valid_until = Date(load_default=None)


class NewToken(Form):
    name = Text(required=True, max_length=60)
    days = Int(1, 366, load_default=90)
    scopes = Many(Choice([permission.value for permission in Permission]), required=True)


class NewService(NewToken):
    """A token of a service: its role, and for the console the region it is for, as somebody types it."""

    role = Choice([role.value for role in Role], required=True)
    region = Text(max_length=60, load_default=None)
    region_code = Code(r"[0-9]{12}", load_default=None)


class ServiceQuery(Form):
    role = Choice([role.value for role in Role])
