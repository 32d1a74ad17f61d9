"""Answers to a form: taken in, checked, and kept as plain JSON values."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from marshmallow import fields

from huakai_platform.forms.definitions import NOT_APPLICABLE, Definition, Item
from huakai_platform.kernel.fields import Checked, Choice, Date, Flag, Form, Id, Int, Many, Number, Strict, Text

YES_NO_NA = ("yes", "no", NOT_APPLICABLE)
LONGEST = 2000
MOST_FILES = 10


class Answer(Checked[Any]):
    """The field of one item; what it gives can be stored as JSON as it is."""

    def __init__(self, item: Item, **settings: Any) -> None:
        super().__init__(**settings)
        self.item = item

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if self.item.not_applicable and value == NOT_APPLICABLE:
            return NOT_APPLICABLE
        if self.from_form and isinstance(value, str) and self.item.kind in ("choices", "photo", "document"):
            value = [value]
        found = _field(self.item, from_form=self.from_form).deserialize(value)
        if self.item.kind == "choices":
            return [option.code for option in self.item.options if option.code in found]
        return plain(found)


def schema(definition: Definition, *, partial: bool = False, from_form: bool = False) -> type[Strict]:
    """The marshmallow schema of a form's answers by item code; `partial` asks for no answer at all."""
    answers = {item.code: Answer(item, required=item.required and not partial) for item in definition}
    made = (Form if from_form else Strict).from_dict(dict[str, fields.Field[Any]](answers), name="Answers")
    return cast(type[Strict], made)


def check(item: Item, raw: Any) -> Any:
    """One answer as it is stored, from JSON or a form; blank means no answer and gives None."""
    if raw is None or raw == [] or (isinstance(raw, str) and not raw.strip()):
        return None
    return Answer(item, from_form=True).deserialize(raw)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case list():
            return [plain(part) for part in value]
        case _:
            return value


def _field(item: Item, *, from_form: bool) -> fields.Field[Any]:
    low, high = item.min, item.max
    match item.kind:
        case "boolean":
            return Flag(from_form=from_form)
        case "yes_no_na":
            return Choice(YES_NO_NA)
        case "number":
            return Number(**_bounds(low, high), from_form=from_form)
        case "integer":
            return Int(**_bounds(low and int(low), high and int(high)), from_form=from_form)
        case "choice":
            return Choice([option.code for option in item.options])
        case "choices":
            return Many(Choice([option.code for option in item.options]))
        case "text":
            return Text(max_length=LONGEST, multiline=True)
        case "date":
            return Date()
        case _:
            return Many(Id(), most=MOST_FILES)


def _bounds(low: Any, high: Any) -> dict[str, Any]:
    return {name: bound for name, bound in (("min", low), ("max", high)) if bound is not None}
