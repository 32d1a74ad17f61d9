"""Where each front-end file is served: an address that changes when the file does."""

import hashlib
import json
import re
from collections.abc import Container
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = VENDOR / "manifest.json"
HASHED = re.compile(r"vendor/[\w./-]+\.[0-9a-f]{12}\.\w+")
PACKED = {"br": ".br", "gzip": ".gz"}
"""The built forms by the name of their coding, the smallest first."""


class AssetsMissing(RuntimeError):
    """The front-end files were never built, or the name stands in no table."""


def url(name: str) -> str:
    """Give the address of `app.css` or `tabler.js`; a file of ours edited since the build is served as it stands."""
    entry = _manifest().get(name)
    own = STATIC / name
    if own.is_file():
        digest = _digest(own, own.stat().st_mtime_ns)
        if entry is None or entry["source"] != digest:
            return f"/static/{name}?v={digest[:12]}"
    if entry is None:
        raise AssetsMissing(f"No front-end file {name!r}. Build them: deploy/run build")
    return f"/static/{entry['file']}"


def hashed(name: str) -> bool:
    """Whether a file's name holds its hash, so that it is never another."""
    return HASHED.fullmatch(name) is not None


def packed(name: str, codings: Container[str]) -> str:
    """The smallest form of a file that was built, of those that the reader takes."""
    forms = [name + suffix for coding, suffix in PACKED.items() if coding in codings and hashed(name)]
    return next((form for form in forms if (STATIC / form).is_file()), name)


def digest(content: bytes) -> str:
    """Name a content."""
    return hashlib.sha256(content).hexdigest()


def _manifest() -> dict[str, dict[str, str]]:
    try:
        return _read(MANIFEST.stat().st_mtime_ns)
    except FileNotFoundError:
        raise AssetsMissing("The front-end files are not built. Build them: deploy/run build") from None


@lru_cache(maxsize=1)
def _read(_changed: int) -> dict[str, dict[str, str]]:
    files: dict[str, dict[str, str]] = json.loads(MANIFEST.read_text("utf-8"))["files"]
    return files


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int) -> str:
    return digest(path.read_bytes())
