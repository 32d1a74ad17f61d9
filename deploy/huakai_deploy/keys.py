"""The secrets of a local installation: made once, kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def local(instance: Path) -> Mapping[str, str]:
    """Session, master and lookup key of this instance; whoever loses the file loses what they sealed."""
    path = instance / "keys.json"
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        found = {
            "HUAKAI_SECRET_KEY": secrets.token_urlsafe(48),
            "HUAKAI_MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
            "HUAKAI_LOOKUP_KEY": base64.b64encode(os.urandom(32)).decode(),
        }
        instance.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(found, file)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
    return found
