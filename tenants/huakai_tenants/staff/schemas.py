"""What the forms and addresses of the register may hold."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from huakai_platform.identity import contacts
from huakai_platform.kernel.fields import Choice, Code, Date, Form, Id, Int, Phone, Text
from huakai_platform.kernel.i18n import _
from huakai_tenants.staff import files, posts

NUMBER = r"[A-Za-z0-9][A-Za-z0-9._-]*"


class Email(Text):
    """A mail address, in lower case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if normal := contacts.normal_email(super()._deserialize(value, attr, data, **kwargs)):
            return normal
        raise ValidationError(_("邮箱格式不对"))


class Member(Form):
    number = Code(NUMBER, max_length=20)
    name = Text(max_length=40, required=True)
    post = Code(required=True)
    employment = Choice(posts.EMPLOYMENTS, required=True)
    ab = Choice(posts.AB)
    account_id = Id()
    joined_on = Date(required=True)
    background_checked_on = Date()
    note = Text(max_length=500, multiline=True)
    version = Int(0, load_default=0)


class Leaving(Form):
    left_on = Date(required=True)


class Contact(Form):
    phone = Phone()
    email = Email(max_length=200)


class Certificate(Form):
    kind = Code(required=True)
    certificate_number = Text(max_length=60, required=True)
    issued_on = Date()
    expires_on = Date()


class Removal(Form):
    reason = Choice(files.REASONS, required=True)


class Nothing(Form):
    """A form of which only the files matter."""
