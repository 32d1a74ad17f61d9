"""Query arguments and forms, read through a schema that refuses what it does not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.web.errors import flatten

PAGING = frozenset({"page", "after", "before"})
"""What says which page of a list is shown, and nothing of what is in it."""
IGNORED = frozenset({"csrf_token", "idempotency_key"})


@dataclass(frozen=True)
class FormResult:
    """A form as it came: `values` when it is right, `errors` by field when not, `raw` to fill the page again."""

    values: Mapping[str, Any]
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors

    def with_error(self, name: str, message: str) -> "FormResult":
        return self.with_errors({name: [message]})

    def with_errors(self, errors: Mapping[str, list[str]]) -> "FormResult":
        added = {name: [*self.errors.get(name, []), *messages] for name, messages in errors.items()}
        return FormResult(self.values, {**self.errors, **added}, self.raw)


def query(schema: Schema) -> Mapping[str, Any]:
    """The checked query arguments; empty ones count as absent. Raises Invalid."""
    given = _load(schema, MultiDict((k, v) for k, v in request.args.items(multi=True) if v != ""))
    if not given.ok:
        raise Invalid(_("地址中的参数有误。"), given.errors)
    return given.values


def form(schema: Schema) -> FormResult:
    """The submitted form; never raises for what a person typed."""
    return _load(schema, request.form)


def only(schema: Schema, sent: MultiDict[str, str]) -> Mapping[str, Any]:
    """Of a form that is read elsewhere, the fields of the schema alone. Raises Invalid."""
    given = _load(schema, MultiDict((name, value) for name, value in sent.items() if name in schema.load_fields))
    if not given.ok:
        raise Invalid(_("填写的内容有误。"), given.errors)
    return given.values


def body(schema: Schema) -> Mapping[str, Any]:
    """A JSON body. Raises Invalid with the fields that are wrong."""
    if not isinstance(data := request.get_json(silent=True), dict):
        raise Invalid(_("请提交 JSON 对象。"))
    try:
        loaded: Mapping[str, Any] = schema.load(data)
    except ValidationError as error:
        raise Invalid(_("填写的内容有误。"), flatten(error.messages)) from None
    return loaded


def _load(schema: Schema, given: MultiDict[str, str]) -> FormResult:
    raw = {
        name: given.getlist(name) if _is_several(schema.load_fields.get(name)) else given[name]
        for name in given
        if name not in IGNORED
    }
    try:
        return FormResult(schema.load(raw), raw=raw)
    except ValidationError as error:
        return FormResult({}, flatten(error.messages), raw)


def _is_several(field: Any) -> bool:
    return isinstance(field, fields.List) and not getattr(field, "as_text", False)
