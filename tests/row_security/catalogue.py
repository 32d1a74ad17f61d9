"""The rules of row security, asked of pg_catalog: keys, references, policies and shapes of every table."""

from typing import Any

import psycopg

from tests.row_security import privileges

RUNNING = privileges.RUNNING
WALL = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"
NIL = "(tenant_id = '00000000-0000-0000-0000-000000000000'::uuid)"
NAMES_THE_TENANT = (WALL, f"({NIL} AND {WALL})")
"""The texts that a policy about rows of tenants may have."""
PLATFORM = {
    **dict.fromkeys(
        (
            "platform.account",
            "platform.edition",
            "platform.edition_definition",
            "platform.institution",
            "platform.membership",
            "platform.region",
            "platform.site",
        ),
        "reference",
    ),
    **dict.fromkeys(
        (
            "platform.account_activity",
            "platform.account_session",
            "platform.alembic_version",
            "platform.api_token",
            "platform.draft_definition",
            "platform.edition_draft",
            "platform.edition_pin",
            "platform.edition_release",
            "platform.edition_release_site",
            "platform.edition_release_wave",
            "platform.export",
            "platform.heartbeat",
            "platform.idempotency_key",
            "platform.institution_entry",
            "platform.institution_upload",
            "platform.invitation",
            "platform.operation",
            "platform.operation_item",
            "platform.oversight_visit",
            "platform.proposal",
            "platform.recovery_code",
            "platform.register_import",
            "platform.setup_progress",
            "platform.site_draft",
            "platform.site_event",
            "platform.site_intake",
            "platform.throttle",
            "platform.tick",
            "platform.waiver",
            "platform.work_day",
            "platform.work_year",
            "oversight.dirty_region",
            "oversight.figure_release",
            "oversight.region_rollup",
            "oversight.region_total",
            "oversight.released_figure",
            "oversight.signed_heads",
        ),
        "local",
    ),
    **dict.fromkeys(
        (
            "oversight.assessment",
            "oversight.compliance_standing",
            "oversight.drift_standing",
            "oversight.person_fact",
            "oversight.reported_head",
            "oversight.site_fact",
            "oversight.site_function",
        ),
        "distributed",
    ),
}
"""What each table without row security is to become on a cluster; one that is not named here is a fault."""
POINTING_NOWHERE = ("confidential.contact.account_id",)
"""Identifiers without a foreign key: an account may be removed while its sealed number is being erased."""
WALLED_FOR = {"tenant.outbox": RUNNING}
"""The outbox lets its owner through, so that the owner's functions can say which tenants are due."""
OWNER_READS = ("tenant.outbox",)
READS_ALL = {
    "oversight.assessment.console_reads": "the institution looks at the scores of all its sites",
    "oversight.compliance_standing.console_reads": "its page ranks the sites",
    "oversight.compliance_standing.job_reads": "figures are released from the sites of a region together",
    "oversight.drift_standing.console_reads": "its page lists the sites that left the standard",
    "oversight.drift_standing.job_reads": "notices go out for all sites at once",
    "oversight.person_fact.job_reads": "only numbers of many sites together are released",
    "oversight.reported_head.console_reads": "the ends of all chains are shown beside those that were signed",
    "oversight.reported_head.job_reads": "the ends of all chains are signed together",
    "oversight.site_fact.fold_reads": "a region's numbers are folded from those of its sites",
    "oversight.site_function.all_read": "function rooms are counted by region",
    "tenant.outbox.owner_counts": "three functions of the owner tell which tenants are due, never what",
}
"""Policies that name no tenant on purpose, and why; none of their roles is bound by a restrictive one."""

TABLES = """
    WITH t AS (
        SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relname, n.nspname, c.relkind, c.relrowsecurity,
               c.relforcerowsecurity, c.relispartition
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('tenant', 'confidential') AND c.relkind IN ('r', 'p', 'f')
    ),
    outside AS (
        SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relname, n.nspname FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('platform', 'oversight') AND c.relkind IN ('r', 'p', 'f')
    ),
    f AS (
        SELECT k.*, s.relname AS table_name, sn.nspname AS from_schema, rn.nspname AS to_schema,
               sn.nspname || '.' || s.relname || '.' || k.conname AS name, rn.nspname || '.' || r.relname AS target,
               (SELECT array_agg(a.attname::text ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY u(n, o)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n) AS columns,
               (SELECT array_agg(a.attname::text ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY u(n, o)
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n) AS target_columns
        FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_namespace sn ON sn.oid = s.relnamespace
        JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
        WHERE k.contype = 'f' AND (sn.nspname IN ('platform', 'tenant', 'confidential', 'oversight')
                                   OR rn.nspname IN ('tenant', 'confidential'))
    ),
    p AS (
        SELECT l.polname, l.polpermissive, l.polcmd, l.polroles, t.oid, t.name,
               t.name || ' policy ' || l.polname AS policy, concat(l.polqual, l.polwithcheck) AS tree,
               pg_get_expr(l.polqual, l.polrelid) AS using_text, pg_get_expr(l.polwithcheck, l.polrelid) AS check_text
        FROM pg_policy l JOIN t ON t.oid = l.polrelid
    ),
    open AS (
        SELECT l.*, x.name || '.' || l.polname AS place, x.name || ' policy ' || l.polname AS policy,
               pg_get_expr(l.polqual, l.polrelid) AS using_text, pg_get_expr(l.polwithcheck, l.polrelid) AS check_text
        FROM pg_policy l JOIN (SELECT oid, name FROM t UNION ALL SELECT oid, name FROM outside
                               WHERE name = ANY (%(distributed)s)) x ON x.oid = l.polrelid WHERE l.polpermissive
    )
"""
SHAPES = (
    (
        "has no `tenant_id uuid NOT NULL`",
        """SELECT name FROM t WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = t.oid
           AND attname = 'tenant_id' AND atttypid = 'uuid'::regtype AND attnotnull AND attgenerated = ''
           AND attidentity = '')""",
    ),
    (
        "has no primary key",
        "SELECT name FROM t WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)",
    ),
    (
        "is an index that `tenant_id` does not lead",
        """SELECT name || '.' || i.indexrelid::regclass::text FROM t JOIN pg_index i ON i.indrelid = t.oid
           WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = t.oid AND attname = 'tenant_id'
           AND attnum = i.indkey[0])""",
    ),
    (
        "is not valid",
        """SELECT name || '.' || i.indexrelid::regclass::text FROM t JOIN pg_index i ON i.indrelid = t.oid
           WHERE NOT i.indisvalid
           UNION ALL SELECT name || '.' || k.conname FROM t JOIN pg_constraint k ON k.conrelid = t.oid
           WHERE NOT k.convalidated OR to_jsonb(k) ->> 'conenforced' = 'false'""",
    ),
    (
        "excludes across tenants",
        """SELECT name || '.' || k.conname FROM t JOIN pg_constraint k ON k.conrelid = t.oid
           JOIN pg_operator o ON o.oid = k.conexclop[1] WHERE k.contype = 'x' AND o.oprname <> '='""",
    ),
    (
        "is not named by the convention",
        r"""SELECT name || '.' || k.conname FROM t JOIN pg_constraint k ON k.conrelid = t.oid
            WHERE k.conname !~ ('^' || relname || '_([a-z0-9_]+_)?(pkey|key|fkey|excl|check|not_null)$')
               OR length(k.conname) > 62
            UNION ALL SELECT name || '.' || c.relname FROM t JOIN pg_index i ON i.indrelid = t.oid
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relname !~ ('^' || t.relname || '_([a-z0-9_]+_)?(pkey|key|excl|idx)$') OR length(c.relname) > 62""",
    ),
    ("is a sequence", "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' AND relnamespace >= 16384"),
    (
        "is an identity or generated column",
        """SELECT name || '.' || attname FROM (SELECT oid, name FROM t UNION ALL SELECT oid, name FROM outside) x
           JOIN pg_attribute a ON a.attrelid = x.oid WHERE attidentity <> '' OR attgenerated <> ''""",
    ),
    ("is a foreign table", "SELECT name FROM t WHERE relkind = 'f'"),
    (
        "has a trigger or rule",
        """SELECT name || '.' || tgname FROM t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT tgisinternal
           UNION ALL SELECT name || '.' || rulename FROM t JOIN pg_rewrite w ON w.ev_class = t.oid
           UNION ALL SELECT evtname FROM pg_event_trigger""",
    ),
    (
        "is a type of its own",
        """SELECT t.oid::regtype::text FROM pg_type t WHERE typnamespace >= 16384 AND (typtype IN ('e', 'd', 'r', 'm')
           OR typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')""",
    ),
    (
        "is a view that does not run as its invoker",
        """SELECT oid::regclass::text FROM pg_class WHERE relkind = 'v' AND relnamespace >= 16384
           AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)""",
    ),
    ("is a materialized view", "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'm'"),
    ("is undeclared", "SELECT name FROM outside WHERE name <> ALL (%(outside)s)"),
    (
        "is declared and not there",
        "SELECT * FROM unnest(%(outside)s::text[]) d WHERE d NOT IN (SELECT name FROM outside)",
    ),
    (
        "holds rows of tenants outside the wall",
        """SELECT name FROM outside JOIN pg_attribute a ON a.attrelid = outside.oid WHERE attname = 'tenant_id'
           AND name <> ALL (%(distributed)s)""",
    ),
)
REFERENCES = (
    (
        "reaches another tenant's rows",
        """SELECT name FROM f WHERE from_schema IN ('tenant', 'confidential')
           AND to_schema IN ('tenant', 'confidential') AND (columns[1] <> 'tenant_id'
           OR target_columns[1] <> 'tenant_id' OR cardinality(columns) < 2)""",
    ),
    ("sets NULL or a default on delete", "SELECT name FROM f WHERE confdeltype IN ('n', 'd')"),
    ("has ON UPDATE", "SELECT name FROM f WHERE confupdtype <> 'a'"),
    (
        "points from outside at a tenant's rows",
        """SELECT name FROM f WHERE from_schema NOT IN ('tenant', 'confidential')
           AND to_schema IN ('tenant', 'confidential')""",
    ),
    (
        "points at a table that stays local",
        """SELECT name FROM f WHERE from_schema IN ('tenant', 'confidential')
           AND to_schema NOT IN ('tenant', 'confidential')
           AND (target <> ALL (%(reference)s) OR cardinality(columns) > 1)""",
    ),
    (
        "points nowhere",
        r"""SELECT name || '.' || attname FROM t JOIN pg_attribute a ON a.attrelid = t.oid
            WHERE attname ~ '_id$' AND attname <> 'tenant_id' AND name || '.' || attname <> ALL (%(nowhere)s)
            AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f'
                            AND a.attnum = ANY (k.conkey))""",
    ),
)
POLICIES = (
    ("has row security off", "SELECT name FROM t WHERE NOT relrowsecurity"),
    ("does not FORCE row security", "SELECT name FROM t WHERE NOT relforcerowsecurity"),
    (
        "has no wall",
        "SELECT name FROM t WHERE NOT EXISTS (SELECT FROM p WHERE p.oid = t.oid AND polname = 'tenant_wall')",
    ),
    ("is a wall that is not restrictive", "SELECT policy FROM p WHERE polname = 'tenant_wall' AND polpermissive"),
    ("is a wall for some commands only", "SELECT policy FROM p WHERE polname = 'tenant_wall' AND polcmd <> '*'"),
    (
        "is a wall with another text",
        """SELECT policy FROM p WHERE polname = 'tenant_wall' AND (using_text IS DISTINCT FROM %(wall)s
           OR check_text IS DISTINCT FROM %(wall)s)""",
    ),
    (
        "is a wall that somebody walks around",
        """SELECT policy FROM p WHERE polname = 'tenant_wall' AND NOT CASE WHEN name = ANY (%(walled_for)s)
           THEN (SELECT array_agg(r::regrole::text ORDER BY r::regrole::text) FROM unnest(polroles) r) = %(running)s
           ELSE polroles = '{0}' END""",
    ),
    (
        "opens rows to everybody or to an unknown role",
        """SELECT policy FROM p WHERE polpermissive AND NOT (
           (SELECT array_agg(r::regrole::text) FROM unnest(polroles) r) <@ (%(running)s ||
           CASE WHEN name = ANY (%(owner_reads)s) THEN ARRAY['huakai_owner'] ELSE '{}' END))""",
    ),
    (
        "has no policy for a role that is granted something",
        """SELECT DISTINCT t.name || ' ' || g.grantee::regrole FROM t JOIN pg_class c ON c.oid = t.oid,
           aclexplode(c.relacl) g WHERE g.grantee::regrole::text = ANY (%(running)s) AND NOT EXISTS
           (SELECT FROM p WHERE p.oid = t.oid AND polpermissive AND g.grantee = ANY (polroles))""",
    ),
    (
        "asks another table or function",
        r"""SELECT policy FROM p WHERE tree LIKE '%%SUBLINK%%' OR coalesce(using_text, '') || coalesce(check_text, '')
            ~* '\m(?!nullif|current_setting|and|or)\w+\(' """,
    ),
    (
        "does not name the tenant itself",
        """SELECT policy FROM open WHERE place <> ALL (%(reads_all)s)
           AND NOT (coalesce(using_text, %(wall)s) = ANY (%(texts)s)
                    AND coalesce(check_text, %(wall)s) = ANY (%(texts)s))""",
    ),
    (
        "stands on the list of those that read all rooms and does something else",
        """SELECT listed FROM unnest(%(reads_all)s::text[]) listed WHERE NOT EXISTS (
           SELECT FROM open o WHERE place = listed AND polcmd = 'r' AND using_text = 'true' AND NOT EXISTS (
           SELECT FROM pg_policy w WHERE w.polrelid = o.polrelid AND NOT w.polpermissive
           AND (w.polroles = '{0}' OR w.polroles && o.polroles)))""",
    ),
    (
        "opens the facts of another tenant",
        """SELECT d FROM unnest(%(distributed)s::text[]) d JOIN pg_class c ON c.oid = to_regclass(d)
           LEFT JOIN pg_policy l ON l.polrelid = c.oid AND l.polname = 'tenant_wall'
           WHERE NOT c.relforcerowsecurity OR NOT c.relrowsecurity
           OR has_any_column_privilege('huakai_tenant', c.oid, 'SELECT, INSERT, UPDATE') AND (
           l.polpermissive IS NOT FALSE OR pg_get_expr(l.polqual, c.oid) IS DISTINCT FROM %(wall)s
           OR pg_get_expr(l.polwithcheck, c.oid) IS DISTINCT FROM %(wall)s OR l.polcmd <> '*'
           OR l.polroles <> ARRAY[to_regrole('huakai_tenant')::oid])""",
    ),
)


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    """Every breach of the rules, as `thing: what is wrong with it`; empty when row security stands."""
    facts = {
        "running": sorted(RUNNING),
        "wall": WALL,
        "outside": sorted(PLATFORM),
        "distributed": [name for name, kind in PLATFORM.items() if kind == "distributed"],
        "reference": [name for name, kind in PLATFORM.items() if kind == "reference"],
        "nowhere": list(POINTING_NOWHERE),
        "walled_for": list(WALLED_FOR),
        "owner_reads": list(OWNER_READS),
        "reads_all": list(READS_ALL),
        "texts": list(NAMES_THE_TENANT),
    }
    found = [
        f"{thing or '?'}: {wrong}"
        for wrong, question in (*SHAPES, *REFERENCES, *POLICIES)
        for (thing,) in connection.execute(TABLES.encode() + question.encode(), facts)
    ]
    return found + privileges.findings(connection)
