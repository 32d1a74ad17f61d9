"""What a job is given, and where a worker process finds its settings and pools."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_worker.reasons import FAILURES, named, nobodys, out_of_time, together

LAZILY = text("SET LOCAL synchronous_commit = off")
STILL_HERE = text("SELECT 1")


@dataclass(frozen=True)
class Work:
    """One outbox row at work; `session` has entered the row's tenant and is committed with the row."""

    session: Session
    databases: Databases
    settings: Settings
    tenant_id: UUID
    message_id: UUID

    def tenant(self, tenant_id: UUID) -> AbstractContextManager[Session]:
        """A transaction of its own in another tenant; what it writes must bear being written again."""
        return self.databases.session(Login.WORKER, tenant_id)

    def each(self, sites: Iterable[UUID], deed: Callable[[Session, UUID], object]) -> None:
        """Do a deed in every site, each in a transaction of its own that need not be flushed to the disk: the commit of
        this row flushes all before it, and without that commit all of it is done again.

        A site where it fails stops no other; at the end they are named. The row's own transaction speaks after every
        site, so that the database does not end it as idle. Raises Failed.
        """
        failures = []
        for site_id in sites:
            try:
                with self.tenant(site_id) as session:
                    session.execute(LAZILY)
                    deed(session, site_id)
            except FAILURES as error:
                if nobodys(error) or out_of_time(error):
                    raise
                failures.append(named(_site(self.session, site_id), error))
            self.session.execute(STILL_HERE)
        if failures:
            raise together(failures)


def _site(session: Session, site_id: UUID) -> str:
    return session.scalar(select(Site.name).where(Site.id == site_id)) or str(site_id)


@dataclass(frozen=True)
class Scope:
    """A worker process's settings and pools."""

    settings: Settings
    databases: Databases


_borrowed: list[Scope] = []


def current() -> Scope:
    """This process's own scope, made from its environment on first use."""
    return _borrowed[-1] if _borrowed else _own()


@contextmanager
def borrowed(settings: Settings, databases: Databases) -> Iterator[Scope]:
    """Work with somebody else's settings and pools for a while."""
    _borrowed.append(Scope(settings, databases))
    try:
        yield _borrowed[-1]
    finally:
        _borrowed.pop()


@cache
def _own() -> Scope:
    settings = Settings.from_env()
    return Scope(settings, Databases(settings, pool_size=3))
