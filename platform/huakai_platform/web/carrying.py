"""What somebody typed into a form that could not be taken, sealed and handed back to the browser until it can.

The server keeps nothing. Only whom the form was made for, in that room, gets it back.
"""

import base64
import json
import os
import zlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import request
from werkzeug.exceptions import HTTPException

from huakai_platform.kernel import clock
from huakai_platform.web import destinations, tokens
from huakai_platform.web.idempotency import SECRET

LIFE = timedelta(hours=12)
LONGEST = 1_800_000
"""Characters once sealed: what a form can send along with the few fields of the sign-in."""
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
LEFT = SECRET | {"confirm", "sealed", "next", "carried"}
"""Never carried: secrets, what confirms a deed, and what a page sends of its own."""
PLACE = b"1|carried form"


@dataclass(frozen=True)
class Carried:
    """A form as it was sent: whom it was made for, its page, where it went, its fields and the names of its files."""

    owner: str
    page: str
    action: str
    fields: list[tuple[str, str]]
    files: list[str]
    at: float


def seal() -> str | None:
    """The form of this request, for the browser to keep; None where there is nothing to keep, or for nobody.

    A form that is on its way back already goes on as it is.
    """
    sealed = _sealed()
    return sealed if sealed and len(sealed) <= LONGEST else None


def too_long() -> bool:
    """Whether this request has a form to keep that is longer than what a browser could send along."""
    return len(_sealed() or "") > LONGEST


def unseal(sealed: str) -> Carried | None:
    """What was sealed here within the last hours; None for anything else."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        plain: dict[str, Any] = json.loads(zlib.decompress(AESGCM(_key()).decrypt(raw[:12], raw[12:], PLACE)))
    except (InvalidTag, ValueError, zlib.error):
        return None
    kept = Carried(**{**plain, "fields": [(name, value) for name, value in plain["fields"]]})
    return kept if clock.now().timestamp() - kept.at < LIFE.total_seconds() else None


def _sealed() -> str | None:
    try:
        if (given := request.form.get("carried")) and unseal(given):
            return given
        found = _found()
        plain = json.dumps(asdict(found), ensure_ascii=False).encode() if found else b""
    except (HTTPException, UnicodeError, ValueError):
        return None
    if not plain:
        return None
    nonce = os.urandom(12)
    return base64.urlsafe_b64encode(nonce + AESGCM(_key()).encrypt(nonce, zlib.compress(plain), PLACE)).decode()


def _found() -> Carried | None:
    if request.method != "POST" or request.mimetype not in FORMS:
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in LEFT]
    owner = tokens.made_for()
    if not typed or owner in {None, tokens.STRANGER}:
        return None
    files = [file.filename for file in request.files.values() if file.filename]
    return Carried(str(owner), _page(), request.path, typed, files, clock.now().timestamp())


def _page() -> str:
    """Where the form stood: the page that the browser names, when it is one of ours."""
    came = urlsplit(request.referrer or "")
    path = came.path + (f"?{came.query}" if came.query else "")
    if came.netloc == request.host and destinations.opens(path):
        return path
    return request.path if destinations.opens(request.path) else ""


def _key() -> bytes:
    return tokens.key("carried form")
