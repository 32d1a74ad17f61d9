"""Answers as JSON: times in UTC, days as days, decimals as text, messages in the reader's language."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from flask import Response

from huakai_platform.kernel.i18n import Message


def answer(
    body: Any, status: int = 200, *, version: object = None, location: str | None = None, following: str | None = None
) -> Response:
    """A JSON answer; `version` becomes its ETag, `following` the link to the next page."""
    response = Response(dumped(body), status, content_type="application/json")
    if version is not None:
        response.set_etag(str(version))
    if location:
        response.headers["Location"] = location
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def nothing() -> Response:
    """Done, and nothing more to say."""
    return Response(status=204)


def dumped(body: Any) -> str:
    return json.dumps(body, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def said(value: Any) -> str:
    """A message in the reader's language."""
    return value.render() if isinstance(value, Message) else str(value)
