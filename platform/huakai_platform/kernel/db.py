"""Engines and sessions: one pool a login, one transaction a deed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, Engine, LargeBinary, MetaData, Table, Text, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _


class Base(DeclarativeBase):
    """Every table of the product; constraints get predictable names."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads a class attribute)
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        datetime: DateTime(timezone=True),
    }


def table(model: type[Base]) -> Table:
    """The table of a class, for statements that are made once and sent by the thousand."""
    return cast(Table, model.__table__)


class Databases:
    """The pools of one process, one a login, made on first use and refused for a login that is too strong."""

    def __init__(self, settings: Settings, *, pool_size: int = 5) -> None:
        self._settings, self._pool_size = settings, pool_size
        self._engines: dict[Login, Engine] = {}
        self._factories: dict[Login, sessionmaker[Session]] = {}
        self._making = threading.RLock()

    def engine(self, login: Login) -> Engine:
        """The pool of a login. But for the migrator's, its connections begin nothing by themselves: each statement
        stands alone, unless a session has begun its transaction and bound it to a tenant."""
        if login not in self._engines:
            with self._making:
                if login not in self._engines:
                    self._engines[login] = self._made(login)
        return self._engines[login]

    @contextmanager
    def session(self, login: Login, tenant_id: UUID = tenancy.PLATFORM) -> Iterator[Session]:
        """One transaction in one tenant: committed at the end, rolled back on any error."""
        with self.open(login) as session:
            tenancy.enter(session, tenant_id)
            with session.begin():
                yield session

    def open(self, login: Login) -> Session:
        """A session that has entered no tenant yet."""
        if login not in self._factories:
            with self._making:
                factory = sessionmaker(self.engine(login), expire_on_commit=False)
                tenancy.guard(factory)
                self._factories.setdefault(login, factory)
        return self._factories[login]()

    def dispose(self) -> None:
        with self._making:
            for engine in self._engines.values():
                engine.dispose()

    def _made(self, login: Login) -> Engine:
        engine = create_engine(
            self._settings.database(login),
            isolation_level=None if login is Login.MIGRATOR else "AUTOCOMMIT",
            pool_size=self._pool_size,
            max_overflow=5,
            pool_recycle=1800,
            pool_timeout=10,
            connect_args={"application_name": login.value},
        )
        if login is not Login.MIGRATOR:
            refuse_strong(engine)
        return engine


def refuses_values(error: DBAPIError) -> bool:
    """Whether the database refused what it was given: a value that is none (class 22), or is beyond a limit (54)."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in {"22", "54"} or (isinstance(error, DataError) and not state)


def refuse_strong(engine: Engine) -> None:
    """Refuse to run as a role that bypasses row security, belongs to another, or owns anything of the product."""
    with engine.connect() as connection:
        found = connection.execute(_STRENGTH).one()
    if any(found):
        engine.dispose()
        raise HuakaiError(_("拒绝启动：数据库登录权限过大(超级用户、BYPASSRLS 或表的所有者)。"))


_STRENGTH = text(
    """
    SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication),
           bool_or(EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)),
           bool_or(EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE c.relowner = r.oid
                           AND n.nspname IN ('platform', 'tenant', 'confidential', 'oversight'))),
           bool_or(EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid)),
           bool_or(EXISTS (SELECT FROM pg_database WHERE datdba = r.oid))
    FROM pg_roles r WHERE rolname IN (current_user, session_user)
    """
)
