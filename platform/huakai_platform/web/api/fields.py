"""The product's own fields as JSON Schema: what the document says is what the fields refuse."""

from typing import Any

from huakai_platform.kernel import fields as ours
from huakai_platform.web.api.uploads import Upload

TYPES: tuple[tuple[type, str, str | None], ...] = (
    (ours.Text, "string", None),
    (ours.Code, "string", None),
    (ours.RegionCode, "string", None),
    (ours.Phone, "string", None),
    (ours.Choice, "string", None),
    (ours.Flag, "boolean", None),
    (ours.Id, "string", "uuid"),
    (ours.Int, "integer", None),
    (ours.Number, "number", None),
    (ours.Date, "string", "date"),
    (Upload, "string", "binary"),
)


def bounds(_converter: Any, field: Any, **_settings: Any) -> dict[str, Any]:
    """What a field of ours refuses, beside its type."""
    match field:
        case ours.Text():
            least = max(field.min_length, 1 if field.required else 0)
            return ({"minLength": least} if least else {}) | {"maxLength": field.max_length}
        case ours.Code():
            return {"pattern": f"^(?:{field.pattern.pattern})$", "maxLength": field.max_length}
        case ours.RegionCode():
            return {"pattern": "^[1-9][0-9]{11}$"}
        case ours.Choice():
            return {"enum": [str(one) for one in field.choices] + ([None] if field.allow_none else [])}
        case ours.Int():
            return {"minimum": field.min, "maximum": field.max}
        case ours.Number():
            return {"minimum": float(field.min), "maximum": float(field.max)}
        case ours.Many():
            return {"maxItems": field.most}
    return {}
