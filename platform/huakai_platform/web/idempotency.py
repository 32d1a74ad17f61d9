"""A write that is sent twice is done once: the first answer is kept with the change and given again."""

import hashlib
import hmac

from flask import Response, current_app, g, request
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.plumbing import IdempotencyKey
from huakai_platform.web.context import db, visitor

FIELD = "idempotency_key"
LONGEST = 200_000
SECRET = frozenset({"csrf_token", FIELD, "password", "repeat", "current", "code"})
"""Never hashed into the table: the hash of a form with a password in it would let it be guessed."""


def replay() -> Response | None:
    """Claim the key that a write carries, or give the answer that this key has got before."""
    key = request.headers.get("Idempotency-Key") or (request.form.get(FIELD) if request.method == "POST" else None)
    who = visitor()
    if request.method in {"GET", "HEAD", "OPTIONS"} or not key or not who:
        return None
    if len(key) > 100 or not key.isascii() or not key.isprintable():
        raise Invalid(_("幂等键无效。"))
    digest = _digest()
    claimed = db().scalar(
        insert(IdempotencyKey)
        .values(account_id=who.actor.account_id, key=key, request_hash=digest, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if claimed:
        g.idempotency_key = key
        return None
    return _again(who.actor.account_id.hex, key, digest)


def keep(response: Response) -> None:
    """Store the answer in the transaction of the change; streamed answers are not repeated."""
    who = visitor()
    if "idempotency_key" not in g or not who or response.is_streamed:
        return
    answer = {
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "type": response.headers.get("Content-Type"),
        "etag": response.headers.get("ETag"),
        "body": response.get_data(as_text=True)[:LONGEST],
    }
    db().execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.account_id == who.actor.account_id, IdempotencyKey.key == g.idempotency_key)
        .values(answer=answer)
    )


def forget() -> None:
    """Keep no answer: it shows a secret, once. The same key sent again is refused."""
    g.pop("idempotency_key", None)


def _again(account_id: str, key: str, digest: bytes) -> Response:
    row = (
        db()
        .execute(
            select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
                IdempotencyKey.account_id == account_id, IdempotencyKey.key == key
            )
        )
        .one()
    )
    if row.request_hash != digest or row.answer is None:
        raise Invalid(_("这个幂等键已用于另一次提交。"))
    response = Response(row.answer["body"], row.answer["status"], content_type=row.answer["type"])
    for name in ("Location", "ETag"):
        if kept := row.answer.get(name.lower()):
            response.headers[name] = kept
    response.headers["Idempotent-Replay"] = "true"
    return response


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
