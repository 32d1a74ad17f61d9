"""Builds what browsers get: files of the front-end packages and our own, hashed and compressed; catalogues too."""

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import brotli

from huakai_templates.assets import MANIFEST, STATIC, VENDOR, digest

FILES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "echarts.js": "echarts/dist/echarts.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "echarts.LICENSE.txt": "echarts/LICENSE",
    "echarts.NOTICE.txt": "echarts/NOTICE",
}
OWN = {".css", ".js", ".svg", ".png", ".ico", ".webmanifest"}
PACKED = {".css", ".js", ".svg", ".txt", ".webmanifest"}
PACKAGES = Path(__file__).parents[2] / "templates"
TRANSLATIONS = STATIC.parent / "translations"
SOURCE_MAP = re.compile(rb"(?m)^(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*\Z")


class BuildFailed(RuntimeError):
    """What could not be built, and the one thing to do about it."""

    code = 1


class NpmMissing(BuildFailed):
    """Told apart, for the run script can mend it."""

    code = 3


def build(*, force: bool = False) -> bool:
    """Bring static/vendor up to date; tell whether anything had to be done."""
    stamps = {"packages": _packages_stamp(), "own": _own_stamp()}
    old = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() and not force else {}
    if {key: old.get(key) for key in stamps} == stamps:
        return False
    if old.get("packages") == stamps["packages"]:
        packages = {name: old["files"][name] for name in FILES}
    else:
        packages = _store(_from_npm())
    files = packages | _store((path.relative_to(STATIC).as_posix(), path.read_bytes()) for path in _own())
    _publish({**stamps, "files": files})
    return True


def compile_catalogues() -> list[Path]:
    """Turn every .po that is newer than its .mo into one."""
    stale = [po for po in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")) if _older(po.with_suffix(".mo"), po)]
    for po in stale:
        _compile(po)
    return stale


def _compile(po: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    _replace(po.with_suffix(".mo"), compiled.getvalue())


def _older(target: Path, source: Path) -> bool:
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _packages_stamp() -> str:
    return digest((PACKAGES / "package-lock.json").read_bytes() + json.dumps(FILES).encode())


def _own_stamp() -> str:
    return digest("\n".join(f"{path.relative_to(STATIC)}:{digest(path.read_bytes())}" for path in _own()).encode())


def _own() -> list[Path]:
    return sorted(path for path in STATIC.rglob("*") if path.suffix in OWN and VENDOR not in path.parents)


def _from_npm() -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory(prefix="huakai-npm-") as folder:
        modules = _install(Path(folder))
        for name, source in FILES.items():
            if not (path := modules / source).is_file():
                raise BuildFailed(f"The package has no file {source}; correct the table in {__file__}.")
            yield name, SOURCE_MAP.sub(b"", path.read_bytes())


def _install(folder: Path) -> Path:
    """Fetch the packages; npm keeps and notes nothing outside the folder, so that it needs no home to write in."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, folder)
    ask = [_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    env = os.environ | {"PATH": path, "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    done = subprocess.run(ask, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"npm could not fetch the front-end packages:\n{done.stderr.strip()}")
    return folder / "node_modules"


def _npm() -> str:
    own = Path(sys.executable).with_name("npm")
    found = shutil.which("npm") if shutil.which("node") else None
    if found or own.exists():
        return found or str(own)
    raise NpmMissing("There is no npm on this machine. deploy/run build brings one into the environment.")


def _store(contents: Iterable[tuple[str, bytes]]) -> dict[str, dict[str, str]]:
    return {name: _keep(name, content) for name, content in contents}


def _keep(name: str, content: bytes) -> dict[str, str]:
    """Write a content under a name that holds its hash: the compressed forms first, the plain one last and at once."""
    mark = digest(content)
    stem, suffix = os.path.splitext(name)
    target = VENDOR / f"{stem}.{mark[:12]}{suffix}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if suffix in PACKED:
            target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
            target.with_name(target.name + ".br").write_bytes(brotli.compress(content, quality=11))
        _replace(target, content)
    return {"file": target.relative_to(STATIC).as_posix(), "source": mark}


def _publish(manifest: dict[str, Any]) -> None:
    """Let the manifest point at the new files, then take away what nothing points at."""
    _replace(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    kept = tuple(str(STATIC / entry["file"]) for entry in manifest["files"].values())
    for path in VENDOR.rglob("*"):
        if path.is_file() and path != MANIFEST and not str(path).startswith(kept):
            path.unlink()


def _replace(target: Path, content: bytes) -> None:
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(target)


def main() -> int:
    """Build whatever is out of date."""
    try:
        compile_catalogues()
        build(force="--force" in sys.argv)
    except BuildFailed as reason:
        sys.stderr.write(f"{reason}\n")
        return reason.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
