"""The marshmallow fields of the whole product: every value that enters passes one of these."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.types import ErrorMessages

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.text import clean

T = TypeVar("T")

MISFITS: dict[str, str] = {"unknown": _("没有这一项"), "type": _("格式不对")}
REFUSALS: ErrorMessages = {
    "required": _("请填写此项"),
    "null": _("此项不能为空"),
    "validator_failed": _("此项的值不对"),
    "invalid": _("这里应是一组值"),
}

INT4 = 2_147_483_647
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
WHOLE = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(?:(?:-|转)([0-9]{1,6}))?")


class Strict(Schema):
    """A schema that refuses what it does not know; `from_form = True` lets numbers arrive as ASCII digits."""

    class Meta:
        unknown = RAISE

    from_form: ClassVar[bool] = False
    error_messages = MISFITS


class Form(Strict):
    """What a browser sends: a query string or a form body, every value a text, blank meaning absent."""

    from_form = True


class Checked(fields.Field[T]):
    """The common ground: Chinese messages, and blank form values that count as absent."""

    default_error_messages = REFUSALS

    def __init__(self, *, from_form: bool | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._from_form = from_form

    @property
    def from_form(self) -> bool:
        return bool(getattr(self.root, "from_form", False)) if self._from_form is None else self._from_form

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError(self.error_messages[key])

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if self.from_form and isinstance(value, str) and not value.strip():
            value = missing
        return super().deserialize(value, attr, data, **kwargs)


class Text(Checked[str]):
    """NFC text without unseen characters, trimmed, its length counted in characters."""

    def __init__(self, *, min_length: int = 0, max_length: int = 200, multiline: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.min_length, self.max_length, self.multiline = min_length, max_length, multiline

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = clean(value, multiline=self.multiline)
        if not text and self.required:
            raise self.make_error("required")
        if len(text) < self.min_length:
            raise ValidationError(_("至少 {count} 个字", count=self.min_length))
        if len(text) > self.max_length:
            raise ValidationError(_("最多 {count} 个字，现在有 {now} 个", count=self.max_length, now=len(text)))
        return text


class Code(Checked[str]):
    """A short ASCII word by a pattern; the default is lower case with single `_`, `-` or `.` inside."""

    def __init__(
        self, pattern: str = r"[a-z0-9]+(?:[._-][a-z0-9]+)*", *, max_length: int = 64, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.pattern, self.max_length = re.compile(pattern), max_length

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = clean(value)
        if len(text) > self.max_length or not self.pattern.fullmatch(text):
            raise ValidationError(_("代码格式不对"))
        return text


class RegionCode(Checked[str]):
    """A place in China by its twelve digits, kept as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = clean(value)
        if not re.fullmatch(r"[1-9][0-9]{11}", text):
            raise ValidationError(_("区划代码应为 12 位数字"))
        return text


class Phone(Checked[str]):
    """A mainland mobile (`13800000000`) or landline (`0379-63210000`, `010-62345678-801`), stored in that form."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = re.sub(r"[ ()（）]", "", clean(value))
        if mobile := MOBILE.fullmatch(text.replace("-", "")):
            return mobile[1]
        if landline := LANDLINE.fullmatch(text):
            return "-".join(part for part in landline.groups() if part)
        raise ValidationError(_("请填写 11 位手机号，或带区号的固定电话"))


class Choice(Checked[str]):
    """One of a closed list of codes."""

    def __init__(self, choices: Iterable[str], **settings: Any) -> None:
        super().__init__(**settings)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValidationError(_("请从列出的选项中选择"))
        return value


class Flag(Checked[bool]):
    """True or false; a form says `true`/`on`/`1` or `false`/`off`/`0`."""

    WORDS: ClassVar[dict[str, bool]] = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if self.from_form and isinstance(value, str) and value in self.WORDS:
            return self.WORDS[value]
        raise ValidationError(_("请选择“是”或“否”"))


class Id(Checked[UUID]):
    """A UUID in its canonical 36 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> UUID:
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", value.lower()):
            return UUID(value)
        raise ValidationError(_("编号格式不对"))

    def _serialize(self, value: UUID | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Int(Checked[int]):
    """A whole number in a range; no booleans, floats, full-width digits, underscores or plus signs."""

    def __init__(self, min: int = -INT4, max: int = INT4, **settings: Any) -> None:  # noqa: A002
        super().__init__(**settings)
        self.min, self.max = min, max

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.from_form and isinstance(value, str) and WHOLE.fullmatch(value.strip(" ")):
            value = int(value)
        if type(value) is not int:
            raise ValidationError(_("请填写整数"))
        _within(value, self.min, self.max)
        return value


class Page(Int):
    """The number of a page of a list; the first when not given."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(1, 10_000, **{"from_form": True, "load_default": 1, **settings})


class Paged(Form):
    """A list's page: by number, or by the row before or after it."""

    page = Page()
    after = Id()
    before = Id()


class Number(Checked[Decimal]):
    """A finite number in a range, as Decimal, with at most `places` digits after the point."""

    def __init__(
        self,
        min: int | Decimal = -(10**12),  # noqa: A002
        max: int | Decimal = 10**12,  # noqa: A002
        *,
        places: int = 6,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.min, self.max, self.places = min, max, places

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        number = self._read(value)
        _within(number, self.min, self.max)
        if number != number.quantize(Decimal(1).scaleb(-self.places)):
            raise ValidationError(_("最多 {count} 位小数", count=self.places))
        return number

    def _read(self, value: Any) -> Decimal:
        if type(value) in (int, float, Decimal) and Decimal(value).is_finite():
            return Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if self.from_form and isinstance(value, str) and DECIMAL.fullmatch(value.strip(" ")):
            return Decimal(value.strip(" "))
        raise ValidationError(_("请填写数字"))

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, "f")


class Money(Number):
    """Yuan and fen, never negative."""

    def __init__(self, max: int | Decimal = 10**10, **settings: Any) -> None:  # noqa: A002
        super().__init__(0, max, places=2, **settings)


class Date(Checked[date]):
    """A day written `2026-11-22`, by default from 1900 to 2100."""

    def __init__(self, min: date = FIRST_DAY, max: date = LAST_DAY, **settings: Any) -> None:  # noqa: A002
        super().__init__(**settings)
        self.min, self.max = min, max

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day = value if type(value) is date else self._read(value)
        if not self.min <= day <= self.max:
            raise ValidationError(_("日期应在 {first} 至 {last} 之间", first=self.min, last=self.max))
        return day

    def _read(self, value: Any) -> date:
        try:
            if isinstance(value, str) and ISO_DAY.fullmatch(value.strip(" ")):
                return date.fromisoformat(value.strip(" "))
        except ValueError:
            pass
        raise ValidationError(_("请填写日期，例如 2026-01-31"))

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Time(Code):
    """A time of day, kept as `09:30`; in a sheet it may be typed as people say it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(r"([01][0-9]|2[0-3]):[0-5][0-9]", **settings)


class Many(fields.List[T]):
    """A list of at most `most` values of one field; blank ones of a form are none."""

    as_text: ClassVar[bool] = False
    """Whether a form sends all of them as one text."""
    default_error_messages = REFUSALS

    def __init__(self, inner: fields.Field[T], *, most: int = 200, **settings: Any) -> None:
        super().__init__(inner, **settings)
        self.most = most

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError(self.error_messages[key])

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list | tuple) and len(value) > self.most:
            raise ValidationError(_("最多 {count} 项", count=self.most))
        return [one for one in super()._deserialize(value, attr, data, **kwargs) if one is not missing]


def _within(value: int | Decimal, low: int | Decimal, high: int | Decimal) -> None:
    if low <= value <= high:
        return
    raise ValidationError(range_message(low, high))


def range_message(low: int | Decimal, high: int | Decimal) -> Message:
    return _("应在 {low} 至 {high} 之间", low=low, high=high)
