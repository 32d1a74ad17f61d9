"""The OpenAPI 3.1 document, written from what the operations declare."""

from http import HTTPStatus
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields

from huakai_platform.web.access import access_of
from huakai_platform.web.api import already
from huakai_platform.web.api import fields as ours
from huakai_platform.web.api.problems import TYPE
from huakai_platform.web.api.resources import Resources, operation_of
from huakai_platform.web.requests import csrf

VERSION = "1"
ABOUT = """Everything the pages do, for programs. 页面能做的事，程序也能做。

**Tokens 令牌**: `Authorization: Bearer hk_…`. Make one under *My account → API tokens* (我的账号 → 接口令牌);
it acts in one role, with no more than the scopes chosen. Cookies are not accepted here.

**Pages 分页**: lists answer `{"items": […], "next": "/api/v1/…"}`; follow `next` until it is null.

**Writing 写入**: send `Idempotency-Key` (any text, up to 100 characters) and a write that is repeated is done once.
The repetition has the first answer's status, `Location` and `Idempotent-Replay: true`, and the resource as you may
read it now; where there is none to read, `application/vnd.huakai.already-done+json` says that it is done.
Where a resource has an `ETag`, send it back as `If-Match`; 428 means it is missing, 412 that somebody was faster.

**Refusals 错误**: `application/problem+json` (RFC 9457); `errors` holds a JSON pointer, a parameter
or a header for each mistake."""
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 100, "pattern": "^[ -~]*$"},
    "description": "同一键重复提交只执行一次。A write repeated under one key is done once.",
}
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "读取时得到的 ETag。The ETag that was read.",
}
ALWAYS = frozenset({401, 403, 422, 429, 500, 503})
WRITING = frozenset({400, 409, 413, 415})


class Mistake(Schema):
    """One thing that is wrong: `pointer` into the body, or a `parameter` or `header` by name."""

    pointer = fields.String()
    parameter = fields.String()
    header = fields.String()
    detail = fields.String(required=True)


class Problem(Schema):
    """A refusal (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, allow_none=True)
    instance = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(Mistake), required=True)


class Document(Api):
    """flask-smorest's Api without its error handlers and pages: refusals and routes are our own."""

    def __init__(self, app: Flask) -> None:
        app.config.update(API_TITLE="Huakai 花开", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
        about = {"description": ABOUT}
        plugin = MarshmallowPlugin(schema_name_resolver=_named)
        super().__init__(app, spec_kwargs={"info": about, "security": [{"bearer": []}], "marshmallow_plugin": plugin})
        scheme = {"type": "http", "scheme": "bearer", "description": "hk_…"}
        self.spec.components.security_scheme("bearer", scheme)
        for kind, *said in ours.TYPES:
            self.register_field(kind, *said)
        self.ma_plugin.converter.add_attribute_function(ours.bounds)
        for status in sorted(ALWAYS | WRITING | {404, 412, 428}):
            self.spec.components.response(f"Problem{status}", _problem(status))

    def _register_error_handlers(self) -> None:
        """None: refusals are answered by `web.errors`."""

    def _register_responses(self) -> None:
        """None: every operation names its own."""

    def _register_etag_headers(self) -> None:
        """None, for the same reason."""

    def _register_pagination_header(self) -> None:
        """None, for the same reason."""

    def carry(self, blueprint: Resources) -> None:
        """Serve a blueprint and describe it; its writes carry a token, not a cookie, and need no second one."""
        csrf.exempt(blueprint)
        self._app.register_blueprint(blueprint)
        self.spec.tag({"name": blueprint.label, "description": blueprint.about})
        for rule in self._app.url_map.iter_rules():
            if rule.endpoint.startswith(f"{blueprint.name}."):
                declared = operation_of(self._app, rule.endpoint)
                permission = access_of(self._app, rule.endpoint).permission
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    said = _operation(declared, method, bool(rule.arguments))
                    said |= {"operationId": rule.endpoint, "tags": [blueprint.label]}
                    said["x-scope"] = permission.value if permission else None
                    said["description"] += f"\n\nScope: `{permission}`" if permission else ""
                    self.spec.path(rule=rule, operations={method.lower(): said})


def _named(schema: Any) -> str:
    """`onboarding.SiteRow`: the feature and the class."""
    kind = schema if isinstance(schema, type) else type(schema)
    packages = kind.__module__.split(".")
    return f"{packages[1]}.{kind.__name__}" if packages[0].startswith("huakai_") else str(kind.__name__)


def _operation(declared: dict[str, Any], method: str, named: bool) -> dict[str, Any]:
    writes = method != "GET"
    refusals = ALWAYS | declared["refuses"] | (WRITING if writes else frozenset()) | ({404} if named else set())
    refusals |= {412, 428} if declared["versioned"] else set()
    said: dict[str, Any] = {
        "summary": declared["summary"],
        "description": declared["description"],
        "parameters": [
            *([{"in": "query", "schema": declared["asks"]}] if declared["asks"].fields else []),
            *([KEY] if writes else []),
            *([MATCH] if declared["versioned"] else []),
        ],
        "responses": {str(declared["status"]): _good(declared, writes)}
        | {str(status): f"Problem{status}" for status in sorted(refusals)},
    }
    if body := _body(declared):
        said["requestBody"] = body
    return said


def _body(declared: dict[str, Any]) -> dict[str, Any] | None:
    if declared["takes"]:
        content: dict[str, Any] = {"schema": declared["takes"]}
        if declared["example"] is not None:
            content["example"] = declared["example"]
        return {"required": True, "content": {"application/json": content}}
    if declared["files"]:
        return {"required": True, "content": {"multipart/form-data": {"schema": declared["files"]}}}
    return None


def _good(declared: dict[str, Any], writes: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"description": HTTPStatus(declared["status"]).phrase}
    if declared["gives"]:
        said["content"] = {"application/json": {"schema": declared["gives"]}}
    elif declared["media"]:
        said["content"] = {declared["media"]: {"schema": {"type": "string", "format": "binary"}}}
    if writes and declared["status"] != HTTPStatus.NO_CONTENT:
        said.setdefault("content", {})[already.TYPE] = {"schema": already.AlreadyDone}
    return said


def _problem(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example: dict[str, Any] = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": None,
        "instance": "/api/v1/me",
        "request_id": "5f0c9b2a7d3e4f61",
        "errors": [{"pointer": "#/name", "detail": "请填写此项"}] if status == 422 else [],
    }
    return {"description": phrase, "content": {TYPE: {"schema": Problem, "example": example}}}
