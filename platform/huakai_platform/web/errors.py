"""Every refusal and every fault becomes a page or a problem document, never a bare 500."""

import re
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from huakai_platform.kernel.db import refuses_values
from huakai_platform.kernel.errors import (
    Conflict,
    Forbidden,
    HuakaiError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.web import carrying, tokens
from huakai_platform.web.api.problems import UNSURE, problem
from huakai_platform.web.bearers import in_api

log = structlog.get_logger("huakai.web")
BLANK: dict[str, dict[str, Any]] = {"raw": {}, "errors": {}}
CONSTRAINT = re.compile(r'constraint "(.+?)(?:_\d{5,})?"')


class ConfirmFirst(Forbidden):
    """The deed needs a password given in the last ten minutes."""


class Stale(Forbidden):
    """A form that was made for somebody else, or too long ago."""


def install(app: Flask) -> None:
    for kind in (
        HuakaiError,
        ValidationError,
        HTTPException,
        DBAPIError,
        StatementError,
        PoolTimeout,
        StaleDataError,
        RecursionError,
        UnicodeError,
        OverflowError,
        Exception,
    ):
        app.register_error_handler(kind, answer)


def answer(error: Exception) -> Response:
    """Turn anything raised into an answer that says what to do next; the request's transaction is undone."""
    g.refused = True
    refusal = as_refusal(error)
    if refusal is None:
        log.exception("fault", exc_info=error)
        return _shown(None)
    if isinstance(refusal, HTTPException):
        response = _shown(refusal)
        for name, value in refusal.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
        return response
    log.info("refused", status=refusal.status, kind=type(refusal).__name__)
    if isinstance(refusal, (ConfirmFirst, Stale)) and _in_page() and (carried := carrying.seal()):
        return confirm_first(carried) if isinstance(refusal, ConfirmFirst) else sign_in_again(carried, 403)
    if isinstance(refusal, ConfirmFirst) and request.method == "GET" and not _wants_json():
        response = make_response("", 303)
        response.headers["Location"] = f"/confirm?next={quote(request.full_path.rstrip('?'), safe='/')}"
        return response
    response = _shown(refusal)
    if isinstance(refusal, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(getattr(refusal, "retry_after", 5))
    return response


def sign_in_again(carried: str, status: int) -> Response:
    """The sign-in in place of a page: what was typed goes along, for whom it is from."""
    said = _("登录已失效，或已换成另一个身份。请用原来的身份登录，刚才填写的内容会带回原来的页面。")
    page = render_template("identity/sign_in.html", given=BLANK, next="", carried=carried, notice=said.render())
    return make_response(page, status)


def confirm_first(carried: str) -> Response:
    return make_response(render_template("identity/confirm.html", given=BLANK, next="", carried=carried), 403)


def _in_page() -> bool:
    return not in_api() and not _wants_json() and not request.headers.get("HX-Request")


def _shown(refusal: HuakaiError | HTTPException | None) -> Response:
    if in_api():
        return problem(refusal)
    if refusal is None:
        return _page(500, UNSURE)
    if isinstance(refusal, HTTPException):
        return _page(refusal.code or 400, UNSURE if refusal.code == 500 else None)
    again = isinstance(refusal, (ConfirmFirst, Stale, Unauthenticated)) and _in_page() and carrying.too_long()
    return _page(refusal.status, refusal.message, getattr(refusal, "fields", None), again=again)


def as_refusal(error: Exception) -> HuakaiError | HTTPException | None:
    """The refusal an exception stands for; None is a fault of ours."""
    if isinstance(error, CSRFError):
        return Stale(_("这个页面是用另一个身份打开的，或者停留过久。请用原来的身份重新登录后再提交。"))
    if isinstance(error, (HuakaiError, HTTPException)):
        return error
    if isinstance(error, ValidationError):
        return Invalid(_("填写的内容有误。"), flatten(error.messages))
    if isinstance(error, StaleDataError):
        return Conflict(_("刚才有人修改了同一内容，请刷新后再改。"))
    if isinstance(error, PoolTimeout):
        return Unavailable(_("系统繁忙，请稍后再试。"))
    if isinstance(error, DBAPIError):
        return _database(error)
    if isinstance(error, (RecursionError, UnicodeError, OverflowError)):
        return Invalid(_("提交的内容无法识别。"))
    if isinstance(error, StatementError) and not isinstance(error.orig, (TemplateError, TypeError)):
        return Invalid(_("提交的内容无法识别。"))
    return None


def _database(error: DBAPIError) -> HuakaiError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if refuses_values(error):
        return Invalid(_("提交的内容无法识别。"))
    if state == "23505":
        return Conflict(_("同样的内容已经存在。"))
    if state[:2] == "23":
        return Conflict(_("这项内容与现有数据冲突。"))
    if state in {"40001", "40P01", "55P03", "57014"}:
        return Unavailable(_("系统繁忙，请稍后再试。"))
    if state[:2] in {"08", "53", "57"} or (isinstance(error, OperationalError) and not state):
        return Unavailable(_("数据库暂时不可用。请稍后先查看结果，再决定是否重做。"))
    return None


def flatten(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages as `{"a.0.b": [message]}`."""
    if isinstance(messages, dict):
        flat: dict[str, list[str]] = {}
        for name, inner in messages.items():
            flat |= flatten(inner, f"{prefix}.{name}" if prefix else str(name))
        return flat
    said = messages if isinstance(messages, list) else [messages]
    return {prefix: [message.render() if isinstance(message, Message) else str(message) for message in said]}


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or (best == "application/json" and not request.headers.get("HX-Request"))


def _page(
    status: int, message: str | None, fields: dict[str, list[str]] | None = None, *, again: bool = False
) -> Response:
    """`again` asks for the page to be kept open: what it holds was too long to be carried along."""
    said = message.render() if isinstance(message, Message) else message
    if _wants_json():
        body = {"status": status, "detail": said, "errors": fields or {}, "request_id": g.get("request_id")}
        response = jsonify(body)
        response.status_code, response.content_type = status, "application/problem+json"
        return response
    known = (
        status if status in {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503} else (400 if status < 500 else 500)
    )
    text = None if status == 404 else said
    carried = carrying.seal() if _in_page() and tokens.made_for_visitor() else None
    about = {"status": status, "message": text, "fields": fields or {}, "carried": carried, "again": again}
    return make_response(render_template(f"errors/{known}.html", **about), status)


__all__ = ["ConfirmFirst", "NotFound", "Unauthenticated", "answer", "as_refusal", "flatten", "install"]
