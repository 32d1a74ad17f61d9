"""One tenant a transaction: bound in the database, named in every statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from huakai_platform.kernel.ids import uuid7

PLATFORM = UUID(int=0)
"""The nil tenant: the platform's own outbox rows."""


class NoTenant(RuntimeError):
    """A transaction was begun, or a tenant's table touched, before a tenant was entered."""


class TenantOwned:
    """A table of one tenant: `(tenant_id, id)` is its key, row security keeps it apart."""

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7, sort_order=-1)


def enter(session: Session, tenant_id: UUID, *, account_id: UUID | None = None) -> None:
    """Bind the session's next transactions to one tenant; never inside a transaction, never to a second one.

    `account_id` is the person whose own account rows the deed may write.
    """
    if session.in_transaction():
        raise NoTenant("enter the tenant before the first statement")
    if session.info.setdefault("tenant_id", tenant_id) != tenant_id:
        raise NoTenant("a session serves one tenant only")
    if account_id is not None:
        session.info["account_id"] = account_id


def current(session: Session) -> UUID:
    """The tenant this session has entered."""
    try:
        return UUID(str(session.info["tenant_id"]))
    except KeyError:
        raise NoTenant("no tenant entered") from None


def guard(factory: Any) -> None:
    """Install the binding on a sessionmaker: SET LOCAL first, the criterion on every ORM statement."""
    event.listen(factory, "after_begin", _bind)
    event.listen(factory, "do_orm_execute", _name_tenant)
    event.listen(factory, "before_flush", _stamp)


def _bind(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    # A parsed UUID has only hexadecimal digits and dashes; set_config() would not reach the workers of a cluster.
    # Where the driver does not begin by itself, the transaction begins in the same round trip.
    begun = "BEGIN; " if connection.connection.dbapi_connection.autocommit else ""  # type: ignore[union-attr]
    binding = f"{begun}SET LOCAL app.tenant_id = '{current(session)}'"
    if account_id := session.info.get("account_id"):
        binding += f"; SET LOCAL app.account_id = '{UUID(str(account_id))}'"
    connection.exec_driver_sql(binding)


def _name_tenant(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or state.is_column_load or state.is_relationship_load:
        return
    tenant_id = current(state.session)
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantOwned, lambda table: table.tenant_id == tenant_id, include_aliases=True, track_closure_variables=True
        )
    )


def _stamp(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, TenantOwned):
            if row.tenant_id is None:
                row.tenant_id = current(session)
            elif row.tenant_id != current(session):
                raise NoTenant("a row of another tenant")
