"""The kinds of values that only the register knows."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from huakai_platform.identity import contacts
from huakai_platform.kernel.fields import Text
from huakai_platform.kernel.i18n import _

NUMBER = r"[A-Za-z0-9][A-Za-z0-9._-]*"
"""A readable number of a person."""


class Email(Text):
    """A mail address, in lower case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if normal := contacts.normal_email(super()._deserialize(value, attr, data, **kwargs)):
            return normal
        raise ValidationError(_("邮箱格式不对"))
