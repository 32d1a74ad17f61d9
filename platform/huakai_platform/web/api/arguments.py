"""What a program asks with: query strings and JSON bodies, read strictly, each mistake told with its place."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Form
from huakai_platform.kernel.i18n import _

Place = tuple[str | int, ...]


class Asked(Form):
    """A query string without arguments; those with some inherit from it."""


class Misfit(Invalid):
    """Input that does not fit: `where` is `query`, `json`, `files` or `header`, `places` say what is wrong."""

    def __init__(self, where: str, places: Sequence[tuple[Place, str]]) -> None:
        super().__init__(_("地址中的参数有误。") if where == "query" else _("提交的内容有误。"))
        self.where, self.places = where, list(places)


def refuse(where: str, name: str, message: str) -> NoReturn:
    """Raise Misfit for one argument."""
    raise Misfit(where, [((name,), message)])


class Arguments(FlaskParser):
    """Unknown arguments are refused wherever they stand; so are blank and repeated ones of a query."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "json": RAISE,
        "form": RAISE,
        "files": RAISE,
    }

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        given: dict[str, Any] = {}
        for name, values in req.args.lists():
            many = isinstance(schema.fields.get(name), fields.List)
            if not many and len(values) > 1:
                refuse("query", name, _("这个参数只能出现一次"))
            if name in schema.fields and "" in values:
                refuse("query", name, _("这个参数不能为空"))
            given[name] = values if many else values[0]
        return given

    def load_json(self, req: Request, schema: Schema) -> Any:
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        try:
            body = req.get_json()
        except (BadRequest, RecursionError):
            raise Misfit("json", [((), _("请提交 JSON 对象。"))]) from None
        if not isinstance(body, dict):
            raise Misfit("json", [((), _("请提交 JSON 对象。"))])
        return body

    def load_files(self, req: Request, schema: Schema) -> Any:
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType
        if req.form:
            refuse("files", next(iter(req.form)), _("没有这一项"))
        return {name: files[0] for name, files in req.files.lists()}

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_settings: Any) -> NoReturn:
        messages = error.messages if isinstance(error.messages, dict) else {"json": error.messages}
        where, found = next(iter(messages.items()))
        raise Misfit(where, list(spread(found))) from None


def spread(messages: Any, place: Place = ()) -> list[tuple[Place, str]]:
    """Marshmallow's nested messages, each beside the path to its field."""
    if isinstance(messages, Mapping):
        return [one for name, inner in messages.items() for one in spread(inner, _deeper(place, name))]
    return [(place, message) for message in (messages if isinstance(messages, list) else [messages])]


def _deeper(place: Place, name: Any) -> Place:
    return place if name == "_schema" else (*place, name)
