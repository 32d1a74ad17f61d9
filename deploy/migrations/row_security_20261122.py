"""Row security for a tenant's rows, as SQL that migrations apply to every table of `tenant` and `confidential`."""

from collections.abc import Iterator

MINE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
"""True for the rows of the tenant that the transaction has entered; for none when it entered none."""

ROOMS = ("huakai_tenant", "huakai_worker")


def build(
    schema: str, table: str, *, readers: tuple[str, ...] = (), append_only: bool = False, bound: str = "PUBLIC"
) -> Iterator[str]:
    """Statements that let a new table be read and written within its tenant alone.

    `readers` may read one tenant at a time; `append_only` grants no UPDATE and DELETE; `bound` names the roles that
    the restrictive policy binds (everybody, but for the outbox, whose owner's function tells which tenants are due).
    """
    name = f"{schema}.{table}"
    yield f"ALTER TABLE {name} OWNER TO huakai_owner"
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY tenant_wall ON {name} AS RESTRICTIVE FOR ALL TO {bound} USING ({MINE}) WITH CHECK ({MINE})"
    verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    for role in ROOMS:
        yield f"CREATE POLICY {role}_rows ON {name} FOR ALL TO {role} USING (true) WITH CHECK (true)"
        yield f"GRANT {verbs} ON {name} TO {role}"
    for role in readers:
        yield f"CREATE POLICY {role}_rows ON {name} FOR SELECT TO {role} USING (true)"
        yield f"GRANT SELECT ON {name} TO {role}"
