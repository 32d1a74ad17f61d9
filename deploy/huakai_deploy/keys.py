"""The secrets of a local installation: made once, kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

FILE = "keys.json"


def local(instance: Path) -> Mapping[str, str]:
    """Session, master, lookup and audit key of this instance; whoever loses the file loses what they sealed."""
    path = instance / FILE
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        found = {}
    made = {name: make() for name, make in MADE.items() if name not in found}
    if made:
        write(path, json.dumps(found | made))
    return found | made


def _random() -> str:
    return base64.b64encode(os.urandom(32)).decode()


MADE = {
    "HUAKAI_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "HUAKAI_MASTER_KEY": _random,
    "HUAKAI_LOOKUP_KEY": _random,
    "HUAKAI_AUDIT_KEY": _random,
}


def missing(instance: Path, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Those of the secrets that the environment does not give; what it gives is never replaced."""
    return {name: value for name, value in local(instance).items() if not given(name, env)}


def given(name: str, env: Mapping[str, str] = os.environ) -> bool:
    return bool(env.get(name) or env.get(f"{name}_FILE"))


def write(path: Path, secret: str) -> None:
    """Whole or not at all, and never readable to others, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
