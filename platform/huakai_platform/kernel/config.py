"""Settings of a process, read once from its environment."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

SHORTEST_SECRET = 32
LOWEST_COUNT, HIGHEST_COUNT = 5, 1000


class Login(StrEnum):
    """The database logins; each process holds only those that it needs."""

    MIGRATOR = "huakai_migrator"
    TENANT = "huakai_tenant"
    OVERSIGHT = "huakai_oversight"
    WORKER = "huakai_worker"


@dataclass(frozen=True)
class Settings:
    """What a process may reach. A missing login's URL is simply absent: asking for it fails."""

    databases: Mapping[Login, str] = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    master_key: bytes | None = field(repr=False, default=None)
    lookup_key: bytes = field(repr=False, default=b"")
    audit_key: bytes | None = field(repr=False, default=None)
    """The Ed25519 seed under which the heads of the audit chains are signed."""
    audit_export: Path = Path("instance/audit-heads")
    instance: Path = Path("instance")
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    https: bool = False
    proxies: int = 0
    """How many proxies of ours stand in front: whose word on the visitor's address is believed."""
    demo: bool = False
    smtp_url: str | None = field(repr=False, default=None)
    metrics_token: str | None = field(repr=False, default=None)
    smallest_count: int = 10
    """The least number of people that may be shown above a room."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; a secret may stand in `NAME` or in the file that `NAME_FILE` names."""
        secret = _secret(env, "HUAKAI_SECRET_KEY")
        if not secret or len(secret) < SHORTEST_SECRET:
            raise HuakaiError(_("缺少 HUAKAI_SECRET_KEY:请设置一个至少 32 字符的随机值。"))
        lookup = _key(env, "HUAKAI_LOOKUP_KEY", least=16, most=64)
        return cls(
            databases={login: env[name] for login in Login if env.get(name := f"DATABASE_URL_{login.name}")},
            redis_url=env.get("REDIS_URL", ""),
            secret_key=secret,
            master_key=_key(env, "HUAKAI_MASTER_KEY", least=32, most=32),
            lookup_key=lookup or hashlib.sha256(secret.encode()).digest(),
            audit_key=_key(env, "HUAKAI_AUDIT_KEY", least=32, most=32),
            audit_export=Path(
                env.get("HUAKAI_AUDIT_EXPORT") or Path(env.get("HUAKAI_INSTANCE", "instance")) / "audit-heads"
            ),
            instance=Path(env.get("HUAKAI_INSTANCE", "instance")),
            hosts=tuple(filter(None, env.get("HUAKAI_HOSTS", "localhost,127.0.0.1").split(","))),
            https=env.get("HUAKAI_HTTPS") == "1",
            proxies=_count(env, "HUAKAI_PROXIES"),
            demo=env.get("HUAKAI_DEMO") == "1",
            smtp_url=env.get("SMTP_URL") or None,
            metrics_token=_secret(env, "HUAKAI_METRICS_TOKEN"),
            smallest_count=_smallest(env),
        )

    @classmethod
    def of_login(cls, login: Login, env: Mapping[str, str] = os.environ) -> Self:
        """For a process that needs one database login and no key at all. Raises HuakaiError without it."""
        name = f"DATABASE_URL_{login.name}"
        settings = cls(databases={login: env[name]} if env.get(name) else {}, redis_url="", secret_key="")
        settings.database(login)
        return settings

    def database(self, login: Login) -> str:
        try:
            return self.databases[login]
        except KeyError:
            name = f"DATABASE_URL_{login.name}"
            raise HuakaiError(_("缺少数据库登录 {login}：请设置 {name}。", login=login.value, name=name)) from None


def _key(env: Mapping[str, str], name: str, *, least: int, most: int) -> bytes | None:
    if (given := _secret(env, name)) is None:
        return None
    try:
        key = base64.b64decode(given, validate=True)
    except ValueError:
        key = b""
    if not least <= len(key) <= most:
        raise HuakaiError(_("{name} 应为 {least} 至 {most} 字节随机值的 base64。", name=name, least=least, most=most))
    return key


def _count(env: Mapping[str, str], name: str) -> int:
    value = env.get(name) or "0"
    if value not in {"0", "1", "2", "3"}:
        raise HuakaiError(_("{name} 应为 0 至 3 的整数：本平台前面有几层代理。", name=name))
    return int(value)


def _smallest(env: Mapping[str, str]) -> int:
    value = env.get("HUAKAI_SMALLEST_COUNT") or "10"
    if not value.isascii() or not value.isdigit() or not LOWEST_COUNT <= int(value) <= HIGHEST_COUNT:
        raise HuakaiError(
            _("HUAKAI_SMALLEST_COUNT 应为 {low} 至 {high} 的整数。", low=LOWEST_COUNT, high=HIGHEST_COUNT)
        )
    return int(value)


def _secret(env: Mapping[str, str], name: str) -> str | None:
    if value := env.get(name):
        return value
    if path := env.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return None
