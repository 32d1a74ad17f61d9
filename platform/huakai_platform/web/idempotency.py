"""A write that is sent twice is done once. What is kept of its answer is status, location and ETag, never content."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, redirect, render_template, request
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import HTTPException

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.plumbing import IdempotencyKey
from huakai_platform.web import rereading
from huakai_platform.web.api import already
from huakai_platform.web.api.resources import operation_of
from huakai_platform.web.bearers import ROOT, in_api
from huakai_platform.web.context import db, visitor

FIELD = "idempotency_key"
BROWSER = UUID(int=0)
"""Stands for the token where there is none: a person with a cookie."""
SECRET = frozenset({"csrf_token", FIELD, "password", "repeat", "current", "code"})
"""Never hashed into the table: the hash of a form with a password in it would let it be guessed."""
READERS = ("Authorization", "Accept", "Accept-Language", "User-Agent")
"""What of the repeated write goes along when its resource is read again."""


def replay() -> Response | None:
    """Claim the key that a write carries, or answer the repetition: with the resource as it is now where the first
    answer was one and the reader may read it, otherwise with the first answer's status and that it is done.

    A key is good for one person in one room with one token, or one browser. Raises Invalid for another request.
    """
    key = request.headers.get("Idempotency-Key") or (request.form.get(FIELD) if request.method == "POST" else None)
    who = visitor()
    if request.method in {"GET", "HEAD", "OPTIONS"} or not key or not who:
        return None
    if len(key) > 100 or not key.isascii() or not key.isprintable():
        raise Invalid(_("幂等键无效。"))
    digest = _digest()
    owner = {
        "account_id": who.actor.account_id,
        "site_id": tenancy.current(db()),
        "token_id": who.actor.token_id or BROWSER,
        "key": key,
    }
    claimed = db().scalar(
        insert(IdempotencyKey)
        .values(**owner, request_hash=digest, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if claimed:
        g.idempotency_key = owner
        return None
    return _again(owner, digest)


def keep(response: Response) -> None:
    """Note in the transaction of the change how it was answered."""
    if "idempotency_key" not in g:
        return
    told = {
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "etag": response.headers.get("ETag"),
    }
    db().execute(update(IdempotencyKey).where(*_of(g.idempotency_key)).values(told))


def _of(owner: dict[str, Any]) -> list[Any]:
    return [getattr(IdempotencyKey, name) == value for name, value in owner.items()]


def _again(owner: dict[str, Any], digest: bytes) -> Response:
    asked = select(
        IdempotencyKey.request_hash, IdempotencyKey.status, IdempotencyKey.location, IdempotencyKey.etag
    ).where(*_of(owner))
    row = db().execute(asked).one()
    if not hmac.compare_digest(row.request_hash, digest) or row.status is None:
        raise Invalid(_("这个幂等键已用于另一次提交。"))
    response = _answer(row.status, row.location)
    if row.location:
        response.headers["Location"] = row.location
    if row.etag and "ETag" not in response.headers:
        response.headers["ETag"] = row.etag
    response.headers["Idempotent-Replay"] = "true"
    return response


def _answer(status: int, location: str | None) -> Response:
    if in_api():
        return _resource(status, location) or already.done(status)
    if location and 300 <= status < 400:
        return current_app.make_response(redirect(location, status))
    response = current_app.make_response((render_template("already_done.html"), status))
    if request.headers.get("HX-Request"):
        response.headers["HX-Refresh"] = "true"
    return response


def _resource(status: int, location: str | None) -> Response | None:
    """The resource that the first answer was, read again as the reader would read it; None where it was none, or
    is not for this reader any more."""
    where = location or (request.path if request.method in {"PUT", "PATCH"} else "")
    if not _same_kind(where):
        return None
    found = rereading.read(where, READERS)
    if found.status_code != 200:
        return None
    found.status_code = status
    return found


def _same_kind(where: str) -> bool:
    """Whether reading there gives what the write gives, by what both declare."""
    if not where.startswith(ROOT) or request.endpoint is None:
        return False
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(where, method="GET")
    except HTTPException:
        return False
    gives, reads = (operation_of(current_app, one)["gives"] for one in (request.endpoint, endpoint))
    return gives is not None and type(gives) is type(reads)


def _secret() -> bytes:
    """Without it nobody can try out what was sent, as all telephone numbers are soon tried."""
    key = current_app.secret_key or b""
    return key.encode() if isinstance(key, str) else key


def _digest() -> bytes:
    """What was asked: method, path and every field but tokens and secrets; files by their content."""
    digest = hmac.new(_secret(), f"{request.method} {request.full_path}\n".encode(), hashlib.sha256)
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, values in sorted(request.form.lists()):
            if name not in SECRET:
                digest.update(repr((name, values)).encode("utf-8", "surrogatepass"))
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            digest.update(name.encode("utf-8", "surrogatepass") + hashlib.sha256(file.read()).digest())
            file.seek(0)
    else:
        digest.update(request.get_data())
    return digest.digest()
