"""One spelling for one content, and its hash: what is sealed today must read the same for ever."""

import hashlib
import json
import unicodedata
from typing import Any


def canonical(body: Any) -> bytes:
    """One spelling for one content: keys sorted, text in NFC, UTF-8, no spaces."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return unicodedata.normalize("NFC", text).encode()


def digest(body: Any) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()
