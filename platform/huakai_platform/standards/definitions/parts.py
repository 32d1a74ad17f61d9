"""What the definitions of an edition are made of."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import Sources, Tupled
from huakai_platform.kernel.fields import Code, Flag, Int, Number, Strict
from huakai_platform.kernel.i18n import _

TIER, SET = r"[A-Z0-9]{1,8}", r"[A-Z]"


class Titled(Strict):
    code = Code(required=True)
    title = LocalizedText(required=True)
    text = LocalizedText()


class Sourced(Strict):
    """Says where it comes from, or that it is our own default."""

    source = Sources()
    proposed = Flag()

    @validates_schema(skip_on_field_errors=True)
    def say_where_from(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("source") and not data.get("proposed"):
            raise ValidationError(_("要写明来源（source）或标明为自拟（proposed: true）"))


class Entry(Titled, Sourced):
    """One prescribed thing."""


class Amount(Sourced):
    at_least = Number(0)
    at_most = Number(0)
    unit = LocalizedText(required=True)
    text = LocalizedText()


class DocumentShape(Strict):
    kind = Code(required=True)
    code = Code(required=True)
    title = LocalizedText(required=True)
    help = LocalizedText()


def listed(shape: type[Strict], *, required: bool = True) -> fields.Field[Any]:
    return Tupled(fields.Nested(shape), required=required, most=500)


def by_code(keys: str, *, most: int = 10_000) -> fields.Field[Any]:
    return fields.Dict(keys=Code(keys), values=Int(0, most), required=True)


def codes() -> fields.Field[Any]:
    return Tupled(Code(), required=True)
