"""Row security with one part taken away or weakened, for every part that pg_catalog knows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.row_security.privileges import DEFINERS, PERSONAL, RUNNING, SETTINGS

INSIDE = "('tenant', 'confidential')"
POLICIES = """
    SELECT schemaname || '.' || tablename, policyname, permissive = 'RESTRICTIVE', qual, with_check, roles
    FROM pg_policies WHERE schemaname IN ('platform', 'tenant', 'confidential', 'oversight') ORDER BY 1, 2
"""
TABLES = """
    SELECT c.oid::regclass::text, c.relforcerowsecurity, n.nspname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relrowsecurity AND n.nspname IN ('platform', 'tenant', 'confidential', 'oversight') ORDER BY 1
"""
CONSTRAINTS = f"""
    SELECT k.conrelid::regclass::text, k.conname, k.contype, pg_get_constraintdef(k.oid), k.confrelid::regclass::text,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey) AND attname <> 'tenant_id')
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE n.nspname IN {INSIDE} AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2
"""
INDEXES = f"""
    SELECT i.indrelid::regclass::text, c.relname, n.nspname,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey) AND attname <> 'tenant_id')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN {INSIDE} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
FACTS = "opens the facts of another tenant"
"""What the catalogue says of any gap in the row security of a table of `oversight`."""
OPEN_DOOR = "does not name the tenant itself"
BOTH = ("both dropped", "both for one role", "both as a cluster makes them", "both blind", "both unchecked")
NAMED = {
    "policy dropped": ("has no wall", "has no policy for a role that is granted something", FACTS),
    "own condition gone": (OPEN_DOOR,),
    "USING weakened": ("is a wall with another text", FACTS),
    "WITH CHECK weakened": ("is a wall with another text", OPEN_DOOR, FACTS),
    "policy wide open": (OPEN_DOOR,),
    "permissive wall": ("is a wall that is not restrictive", FACTS),
    "wall for readers": ("is a wall for some commands only", FACTS),
    "wall for one role": ("is a wall that somebody walks around", FACTS),
    "policy for everybody": ("opens rows to everybody or to an unknown role", "opens persons to everybody"),
    **dict.fromkeys(BOTH, (OPEN_DOOR,)),
    "row security off": ("has row security off", "holds persons without row security", FACTS),
    "not forced": ("does not FORCE row security", FACTS),
    "owned by a login": ("is not the owner's",),
    "TRUNCATE granted": ("is granted what no page needs",),
    "REFERENCES granted": ("is granted what no page needs",),
    "TRIGGER granted": ("is granted what no page needs",),
    "granted to PUBLIC": ("is granted what no page needs",),
    "open to oversight": ("is open to oversight",),
    "key across tenants": ("is an index that `tenant_id` does not lead",),
    "index without the tenant": ("is an index that `tenant_id` does not lead",),
    "foreign key not valid": ("is not valid",),
    "foreign key that updates": ("has ON UPDATE",),
    "foreign key that sets null": ("sets NULL or a default on delete",),
    "simple foreign key": ("reaches another tenant's rows",),
    "strength": ("is too strong",),
    "membership": ("is a member of another role",),
    "limit": ("has no limit",),
    "definer for a room": ("may be called by others",),
    "definer for everybody": ("may be called by others",),
    "definer astray": ("is a definer that can be led astray",),
    "definer of another": ("is a definer that can be led astray",),
    "bound beforehand": ("is bound beforehand",),
    "may create": ("may make things in the database",),
    "spy": ("reaches other sessions, files or large objects",),
    "persons can be moved": ("can be changed by huakai_tenant",),
    "secrets can be read": ("can be read by huakai_worker",),
}
"""What the catalogue says of each kind: one of these, about the very thing that was changed."""
FELT = frozenset(
    {
        *BOTH,
        "policy wide open",
        "row security off",
        "key dropped",
        "foreign key dropped",
        "simple foreign key",
        "persons can be moved",
    }
)
"""What the attacks must find without the catalogue's help."""
UNKNOWN = ("USING weakened", "WITH CHECK weakened", "policy wide open", "row security off")
"""Kinds of which the catalogue says nothing in tables that hold no rows of tenants: attacks must find them."""
EMPTY = "SET LOCAL session_replication_role = replica;"
STRENGTHS = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "INHERIT")
GROUPS = ("huakai_owner", "huakai_migrator", "pg_read_all_data", "pg_write_all_data", "pg_read_all_stats", "pg_monitor")
SPIES = (
    "SELECT ON pg_stat_activity",
    "EXECUTE ON FUNCTION pg_stat_get_activity(integer)",
    "EXECUTE ON FUNCTION lo_create(oid)",
    "EXECUTE ON FUNCTION lo_get(oid)",
    "EXECUTE ON FUNCTION pg_read_file(text)",
    "SELECT ON pg_statistic",
    "EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint)",
)
PERSONS = (
    "UPDATE ON platform.account_session",
    "UPDATE ON platform.membership",
    "UPDATE ON platform.invitation",
)


@dataclass(frozen=True)
class Policy:
    table: str
    name: str
    restrictive: bool
    using: str | None
    check: str | None
    roles: list[str]

    def bound_by(self, wall: "Policy | None") -> bool:
        """Whether a restrictive policy stands before this one for all its roles."""
        return wall is not None and self is not wall and (wall.roles == ["public"] or {*self.roles} <= {*wall.roles})

    def opened(self, *words: str) -> str:
        """The statement that takes its conditions away; empty when there are none."""
        texts = {"USING": self.using, "WITH CHECK": self.check}
        open_now = [f"{word} (true)" for word in words or texts if texts[word] not in (None, "true")]
        return f"ALTER POLICY {self.name} ON {self.table} {' '.join(open_now)}" if open_now else ""

    def again(self, words: str) -> str:
        """The statements that make it anew with other words before its conditions."""
        body = f"USING ({self.using})" + ("" if "SELECT" in words else f" WITH CHECK ({self.check})")
        roles = ", ".join(self.roles)
        on = f"{self.name} ON {self.table}"
        return f"DROP POLICY {on}; CREATE POLICY {on} {words} TO {roles} {body}"


@dataclass(frozen=True)
class Mutant:
    kind: str
    statement: str
    table: str = ""
    """Where an attack would notice; empty when it may be anywhere."""
    subject: str = ""
    """What the catalogue calls it; empty for a table."""
    stone: str = ""
    """The part of the table that was changed, if an attack is named after it."""

    @property
    def about(self) -> str:
        return self.subject or self.table.partition(".")[2]

    @property
    def wrong(self) -> tuple[str, ...]:
        """What the catalogue must say of it; nothing where only attacks can tell."""
        personal = self.table.startswith("platform.") and self.table.partition(".")[2] in PERSONAL
        known = not self.table.startswith("platform.") or (personal and self.kind == "row security off")
        return NAMED.get(self.kind, ()) if known or self.kind not in UNKNOWN else ()

    @property
    def felt(self) -> bool:
        """Whether an attack must find it."""
        return self.kind in FELT or not self.wrong

    def named(self, findings: list[str]) -> bool:
        """Whether one of the findings is about what was changed."""
        about = re.compile(rf"\b{re.escape(self.about)}")
        told = (finding.partition(": ") for finding in findings)
        return any(wrong in self.wrong and about.search(thing) for thing, _, wrong in told)


def rounds(mutants: Iterable[Mutant]) -> list[list[Mutant]]:
    """The mutants in groups of which no two change the same thing, so that each can be named beside the others."""
    made: list[dict[str, Mutant]] = []
    for mutant in mutants:
        free = next((one for one in made if mutant.about not in one), None)
        if free is None:
            made.append(free := {})
        free[mutant.about] = mutant
    return [list(one.values()) for one in made]


def every(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    """All mutants of row security as it stands in this database."""
    yield from _of_policies(connection)
    yield from _of_tables(connection)
    yield from _of_constraints(connection)
    for table, name, schema, columns in connection.execute(INDEXES.encode()).fetchall():
        again = f"DROP INDEX {schema}.{name}; CREATE INDEX {name} ON {table} ({columns})"
        yield Mutant("index without the tenant", again, table)
    yield from _of_roles()


def _of_policies(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    policies = [Policy(*row) for row in connection.execute(POLICIES).fetchall()]
    walls = {policy.table: policy for policy in policies if policy.restrictive}
    for policy in policies:
        wall = walls.get(policy.table)
        yield from _of_wall(policy) if policy is wall else _of_door(policy, wall)
    for table, wall in walls.items():
        yield from _of_both(wall, [one for one in policies if one.table == table and one.bound_by(wall)])


def _of_wall(wall: Policy) -> Iterator[Mutant]:
    """The restrictive one alone: the doors behind it still hold."""
    on = f"{wall.name} ON {wall.table}"
    yield Mutant("policy dropped", f"DROP POLICY {on}", wall.table)
    yield Mutant("USING weakened", f"ALTER POLICY {on} USING (true)", wall.table)
    yield Mutant("WITH CHECK weakened", f"ALTER POLICY {on} WITH CHECK (true)", wall.table)
    yield Mutant("wall for one role", f"ALTER POLICY {on} TO huakai_oversight", wall.table)
    yield Mutant("permissive wall", wall.again("FOR ALL"), wall.table)
    yield Mutant("wall for readers", wall.again("AS RESTRICTIVE FOR SELECT"), wall.table)


def _of_door(policy: Policy, wall: Policy | None) -> Iterator[Mutant]:
    on, bound = f"{policy.name} ON {policy.table}", policy.bound_by(wall)
    if policy.name.endswith("_rows") and policy.table.startswith(("tenant.", "confidential.")):
        yield Mutant("policy dropped", f"DROP POLICY {on}", policy.table)
    if opened := policy.opened():
        weaker = "USING weakened" if policy.using else "WITH CHECK weakened"
        kind = "policy wide open" if policy.using and policy.check else weaker
        yield Mutant("own condition gone" if bound else kind, opened, policy.table)
    if policy.roles != ["public"]:
        yield Mutant("policy for everybody", f"ALTER POLICY {on} TO PUBLIC", policy.table)


def _of_both(wall: Policy, doors: list[Policy]) -> Iterator[Mutant]:
    """The restrictive one and what stands behind it: now an attack must get through."""
    table, on = wall.table, f"{wall.name} ON {wall.table}"
    open_doors = "; ".join(filter(None, (door.opened() for door in doors)))
    yield Mutant("both dropped", f"DROP POLICY {on}; {open_doors}", table)
    yield Mutant("both for one role", f"ALTER POLICY {on} TO huakai_migrator; {open_doors}", table)
    yield Mutant("both as a cluster makes them", f"{wall.again('FOR ALL')}; {open_doors}", table)
    for kind, word in (("both blind", "USING"), ("both unchecked", "WITH CHECK")):
        weak = "; ".join(filter(None, (door.opened(word) for door in doors)))
        if weak:
            yield Mutant(kind, f"ALTER POLICY {on} {word} (true); {weak}", table)


def _of_tables(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, forced, schema in connection.execute(TABLES).fetchall():
        yield Mutant("row security off", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", table)
        if forced:
            yield Mutant("not forced", f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", table)
        yield Mutant("owned by a login", f"ALTER TABLE {table} OWNER TO huakai_tenant", table)
        for verb in ("TRUNCATE", "REFERENCES", "TRIGGER"):
            yield Mutant(f"{verb} granted", f"GRANT {verb} ON {table} TO huakai_worker", table)
        yield Mutant("granted to PUBLIC", f"GRANT SELECT ON {table} TO PUBLIC", table)
        if schema == "confidential":
            yield Mutant("open to oversight", f"GRANT SELECT ON {table} TO huakai_oversight", table)


def _of_constraints(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, kind, definition, parent, columns in connection.execute(CONSTRAINTS.encode()).fetchall():
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"
        add = f"{drop}; ALTER TABLE {table} ADD CONSTRAINT {name}"
        yield Mutant(
            f"{'foreign key' if kind == 'f' else 'key'} dropped", drop, table, stone=columns if kind == "f" else name
        )
        if kind != "f":
            verb = "PRIMARY KEY" if kind == "p" else "UNIQUE"
            fresh = f"{drop}; {EMPTY} DELETE FROM {table}; ALTER TABLE {table} ADD CONSTRAINT {name} {verb} ({columns})"
            yield Mutant("key across tenants", fresh, table)
            continue
        yield Mutant("foreign key not valid", f"{add} {definition} NOT VALID", table)
        yield Mutant("foreign key that updates", f"{add} {definition} ON UPDATE CASCADE", table)
        if "tenant_id" in definition:
            yield Mutant("foreign key that sets null", f"{add} {definition} ON DELETE SET NULL", table)
            unique = f"CREATE UNIQUE INDEX {name}_idx ON {parent} (id)"
            simple = f"{unique}; {add} FOREIGN KEY ({columns}) REFERENCES {parent} (id)"
            yield Mutant("simple foreign key", simple, table, stone=columns)


def _of_roles() -> Iterator[Mutant]:
    for role in RUNNING:
        for strength in STRENGTHS:
            yield Mutant("strength", f"ALTER ROLE {role} {strength}", subject=role)
        for group in GROUPS:
            yield Mutant("membership", f"GRANT {group} TO {role}", subject=role)
        for setting in SETTINGS:
            yield Mutant("limit", f"ALTER ROLE {role} RESET {setting}", subject=f"{role} {setting}")
        for name in DEFINERS:
            if role == "huakai_tenant":
                yield Mutant("definer for a room", f"GRANT EXECUTE ON FUNCTION {name} TO {role}", subject=name)
        yield Mutant("bound beforehand", f"ALTER ROLE {role} SET app.tenant_id = 'x'", subject=role)
        for schema in ("public", "tenant", "platform"):
            yield Mutant("may create", f"GRANT CREATE ON SCHEMA {schema} TO {role}", subject=f"{role} in {schema}")
        for spy in SPIES:
            yield Mutant("spy", f"GRANT {spy} TO {role}", subject=f"to {role}")
    for kind in ("TEMP", "CREATE"):
        made = f"DO $$BEGIN EXECUTE format('GRANT {kind} ON DATABASE %I TO huakai_worker', current_database()); END$$"
        yield Mutant("may create", made, subject=f"huakai_worker {kind}")
    for name in DEFINERS:
        yield Mutant("definer for everybody", f"GRANT EXECUTE ON FUNCTION {name} TO PUBLIC", subject=name)
        yield Mutant("definer astray", f"ALTER FUNCTION {name} RESET search_path", subject=name)
        yield Mutant("definer of another", f"ALTER FUNCTION {name} OWNER TO huakai_migrator", subject=name)
    yield Mutant("open to oversight", "GRANT USAGE ON SCHEMA confidential TO huakai_oversight", subject="confidential")
    yield Mutant("strength", "ALTER ROLE huakai_owner LOGIN", subject="huakai_owner")
    yield Mutant("strength", "ALTER ROLE huakai_owner BYPASSRLS", subject="huakai_owner")
    for privilege in PERSONS:
        yield Mutant("persons can be moved", f"GRANT {privilege} TO huakai_tenant", privilege.rpartition(" ")[2])
    for table in ("platform.account", "platform.recovery_code"):
        yield Mutant("secrets can be read", f"GRANT SELECT ON {table} TO huakai_worker", table)
