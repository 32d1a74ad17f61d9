"""Embedded servers for a whole test run, one database a test process made from a migrated template."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, text

from huakai_deploy.local import LocalStack, Urls
from huakai_deploy.roles import ensure_roles
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import load_shipped
from tests.support import seed
from tests.support.cleaner import Cleaner

ROOT = Path(__file__).parents[2]
TEMPLATE = "huakai_template"


def start() -> tuple[LocalStack, Urls]:
    """Start the servers and migrate and seed the template, as the real roles."""
    stack = LocalStack(Path(tempfile.mkdtemp(prefix="huakai-test-")), durable=False)
    stack.start()
    urls = stack.urls.of(TEMPLATE)
    ensure_roles(stack.urls.superuser, TEMPLATE)
    migrate(urls, "upgrade", "head")
    engine = create_engine(urls.login(Login.MIGRATOR))
    seed.regions(engine)
    engine.dispose()
    databases = Databases(settings(urls))
    with databases.session(Login.MIGRATOR) as session:
        standards.publish(session, load_shipped())
    databases.dispose()
    return stack, urls


def migrate(urls: Urls, *command: str) -> None:
    env = os.environ | {"DATABASE_URL_MIGRATOR": urls.login(Login.MIGRATOR)}
    subprocess.run([sys.executable, "-m", "alembic", *command], cwd=ROOT, env=env, check=True, capture_output=True)


def copy(urls: Urls, name: str) -> Urls:
    """A database of one's own, a file copy of the template."""
    engine = create_engine(urls.superuser, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER huakai_owner STRATEGY file_copy'))
        connection.execute(text(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'))
        for login in Login:
            connection.execute(text(f'GRANT CONNECT ON DATABASE "{name}" TO {login.value}'))
    engine.dispose()
    return urls.of(name)


def settings(urls: Urls, **changes: object) -> Settings:
    made = Settings(
        databases={login: urls.login(login.value) for login in Login},
        redis_url=urls.redis,
        secret_key="a secret only for tests, long enough to be one",
        master_key=bytes(range(32)),
        lookup_key=b"lookup key for tests only",
        demo=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def wipe(urls: Urls) -> None:
    """Leave in the database what the template has; whoever does so again and again keeps a `Cleaner`."""
    with Cleaner(urls, TEMPLATE) as cleaner:
        cleaner.restore()


def environment(urls: Urls) -> Mapping[str, str]:
    """The same settings for a process of its own."""
    made = settings(urls)
    return {f"DATABASE_URL_{login.name}": url for login, url in made.databases.items()} | {
        "REDIS_URL": made.redis_url,
        "HUAKAI_SECRET_KEY": made.secret_key,
        "HUAKAI_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "HUAKAI_LOOKUP_KEY": "bG9va3VwIGtleSBmb3IgdGVzdHMgb25seQ==",
        "HUAKAI_AUDIT_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "HUAKAI_AUDIT_EXPORT": str(urls.sockets / "audit-heads"),
        "HUAKAI_DEMO": "1",
    }
