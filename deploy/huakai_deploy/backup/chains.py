"""The trail of a tenant that is restored: never taken back, only mended where it was lost."""

from typing import Any
from uuid import UUID

from psycopg import Connection

_AT_ODDS = """
    SELECT min(s.seq) FROM pg_temp.tenant_audit_entry s
    JOIN tenant.audit_entry e ON e.tenant_id = %s AND e.seq = s.seq WHERE e IS DISTINCT FROM s
"""
_FILL = """
    INSERT INTO tenant.audit_entry SELECT s.* FROM pg_temp.tenant_audit_entry s
    WHERE NOT EXISTS (SELECT FROM tenant.audit_entry e WHERE e.tenant_id = %s AND e.seq = s.seq)
"""
_END = """
    INSERT INTO tenant.audit_head SELECT * FROM pg_temp.tenant_audit_head
    ON CONFLICT ON CONSTRAINT audit_head_pkey DO UPDATE SET seq = excluded.seq, hash = excluded.hash
"""


def mend(connection: Connection[Any], site_id: UUID) -> dict[str, Any]:
    """Give back the entries that are missing; a chain at odds with the file's is replaced by it, and that is told.

    Gives what the entry of the restore says about it: where the chain stood, where that of the backup did, and how it
    was mended (`kept`, `filled`, or `replaced` from the first entry `at_odds`).
    """
    living, saved = _end(connection, "tenant", site_id), _end(connection, "pg_temp", site_id)
    at_odds = _one(connection, _AT_ODDS, [site_id])
    if at_odds is not None:
        connection.execute("DELETE FROM tenant.audit_entry WHERE tenant_id = %s", [site_id])
    filled = connection.execute(_FILL, [site_id]).rowcount
    if at_odds is not None or saved > living:
        connection.execute(_END)
    chain = "replaced" if at_odds is not None else "filled" if filled else "kept"
    return {"chain": chain, "at_odds": at_odds, "living_head": living, "saved_head": saved}


def _end(connection: Connection[Any], schema: str, site_id: UUID) -> int:
    query = {
        "tenant": "SELECT seq FROM tenant.audit_head WHERE tenant_id = %s FOR UPDATE",
        "pg_temp": "SELECT seq FROM pg_temp.tenant_audit_head WHERE tenant_id = %s",
    }[schema]
    return _one(connection, query, [site_id]) or 0


def _one(connection: Connection[Any], query: Any, values: list[Any]) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
