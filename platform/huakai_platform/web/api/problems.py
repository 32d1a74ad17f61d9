"""Refusals as problem documents (RFC 9457), with a pointer to every field that is wrong."""

from http import HTTPStatus
from re import sub
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from huakai_platform.kernel.errors import HuakaiError, Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.web.api.answers import dumped, said
from huakai_platform.web.api.arguments import Misfit, Place

TYPE = "application/problem+json"
UNSURE = _("系统出错，已经记录。这次操作可能已经生效，也可能没有：请先查看结果，再决定是否重做。")
"""What a fault of ours says: it may have come after the writing, or have written apart, so it promises nothing."""


def problem(refusal: HuakaiError | HTTPException | None) -> Response:
    """The answer for a refusal; None is a fault of ours."""
    status = 500 if refusal is None else _status(refusal)
    told = refusal if isinstance(refusal, HuakaiError) else None
    body: dict[str, Any] = {
        "type": f"urn:huakai:problem:{_kind(told)}" if told else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": said(told.message) if told else said(UNSURE) if refusal is None else None,
        "instance": request.path,
        "request_id": g.get("request_id"),
        "errors": _errors(told) if told else [],
    }
    response = Response(dumped(body), status, content_type=TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="huakai"'
    return response


def _status(refusal: HuakaiError | HTTPException) -> int:
    return refusal.status if isinstance(refusal, HuakaiError) else refusal.code or 400


def _kind(refusal: HuakaiError) -> str:
    """`too-many` for TooMany."""
    named = Invalid if isinstance(refusal, Misfit) else type(refusal)
    return sub(r"(?<=[a-z])(?=[A-Z])", "-", named.__name__).lower()


def _errors(refusal: HuakaiError) -> list[dict[str, str]]:
    if isinstance(refusal, Misfit):
        return [_told(refusal.where, place, message) for place, message in refusal.places]
    fields = getattr(refusal, "fields", {})
    return [
        {"pointer": pointer(tuple(name.split("."))), "detail": said(message)}
        for name, messages in fields.items()
        for message in messages
    ]


def _told(where: str, place: Place, message: str) -> dict[str, str]:
    if where == "query":
        return {"parameter": str(place[0]) if place else "", "detail": said(message)}
    if where == "header":
        return {"header": str(place[0]), "detail": said(message)}
    return {"pointer": pointer(place), "detail": said(message)}


def pointer(place: Place) -> str:
    """A JSON pointer as a fragment: `#/people/0/name`."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
