"""The JSON Schema of a form's answers, for the API's description."""

from typing import Any

from huakai_platform.forms.answers import LONGEST, MOST_FILES, YES_NO_NA, plain
from huakai_platform.forms.definitions import NOT_APPLICABLE, Definition, Item

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(definition: Definition, locale: object = "zh") -> dict[str, Any]:
    """What `schema(definition)` accepts, as JSON Schema 2020-12."""
    return {
        "$schema": DIALECT,
        "title": definition.title.of(locale),
        "type": "object",
        "additionalProperties": False,
        "properties": {item.code: _property(item, locale) for item in definition},
        "required": [item.code for item in definition if item.required],
    }


def _property(item: Item, locale: object) -> dict[str, Any]:
    answer = _answer(item)
    if item.not_applicable and item.kind != "yes_no_na":
        answer = {"anyOf": [answer, {"const": NOT_APPLICABLE}]}
    return {"title": item.text.of(locale), **answer}


def _answer(item: Item) -> dict[str, Any]:
    codes = [option.code for option in item.options]
    match item.kind:
        case "boolean":
            return {"type": "boolean"}
        case "yes_no_na":
            return {"enum": list(YES_NO_NA)}
        case "number" | "integer":
            bounds = {"minimum": plain(item.min), "maximum": plain(item.max)}
            return {"type": item.kind, **{name: bound for name, bound in bounds.items() if bound is not None}}
        case "choice":
            return {"enum": codes}
        case "choices":
            return {"type": "array", "items": {"enum": codes}}
        case "text":
            return {"type": "string", "maxLength": LONGEST}
        case "date":
            return {"type": "string", "format": "date"}
        case _:
            return {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": MOST_FILES}
