"""Who may what, asked of pg_catalog: roles, owners, grants and the functions that see more than their callers."""

from typing import Any

import psycopg

RUNNING = ("huakai_oversight", "huakai_tenant", "huakai_worker")
OWNER = "huakai_owner"
DEFINERS = {
    "tenant.due_tenants(integer)": {"huakai_oversight", "huakai_worker", OWNER},
    "tenant.queue_state()": {"huakai_oversight", "huakai_worker", OWNER},
    "tenant.troubled_messages(integer)": {"huakai_oversight", "huakai_worker", OWNER},
}
"""The only functions that see rows of several tenants, and who may call them."""
SEARCH_PATH = "search_path=pg_catalog, pg_temp"
SETTINGS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
PERSONAL = (
    "account",
    "account_activity",
    "account_session",
    "export",
    "idempotency_key",
    "invitation",
    "membership",
    "recovery_code",
)
WRITABLE = {
    ("huakai_tenant", "platform.account"): {
        "name",
        "email",
        "phone_lookup",
        "phone_hint",
        "password_hash",
        "totp_sealed",
        "locale",
    },
    ("huakai_tenant", "platform.account_session"): {"seen_at", "confirmed_at", "revoked_at"},
    ("huakai_tenant", "platform.membership"): {"post", "valid_from", "valid_until", "ended_at"},
    ("huakai_tenant", "platform.invitation"): {"token_hash", "issued_at", "expires_at", "used_at"},
    ("huakai_worker", "platform.invitation"): {"token_hash", "issued_at", "expires_at", "used_at"},
    ("huakai_worker", "platform.account"): {"email", "phone_lookup"},
    ("huakai_worker", "platform.membership"): set(),
    ("huakai_worker", "platform.account_session"): set(),
}
"""The only columns that may be changed of rows that say who somebody is."""
UNREAD = {
    ("huakai_worker", "platform.account"): {"password_hash", "totp_sealed"},
    ("huakai_worker", "platform.recovery_code"): {"account_id", "code_hash", "used_at"},
    ("huakai_worker", "platform.account_session"): {"token_hash"},
    ("huakai_worker", "platform.idempotency_key"): {"request_hash", "location", "etag"},
    ("huakai_tenant", "platform.site_intake"): {"people"},
    ("huakai_tenant", "platform.register_import"): {"content", "mapping"},
}

QUESTIONS = (
    (
        "is too strong",
        """SELECT rolname FROM pg_roles WHERE rolname = ANY (%(running)s || ARRAY[%(owner)s])
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname = %(owner)s AND rolcanlogin
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname = ANY (%(running)s) AND rolinherit
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'huakai_migrator' AND (rolsuper OR rolcreaterole)""",
    ),
    ("is missing", "SELECT r FROM unnest(%(running)s::text[]) r WHERE to_regrole(r) IS NULL"),
    (
        "is a member of another role",
        "SELECT member::regrole::text || ' in ' || roleid::regrole FROM pg_auth_members"
        " WHERE member::regrole::text = ANY (%(running)s)",
    ),
    (
        "has a running role for a member or owner",
        """SELECT relname || ' of ' || relowner::regrole FROM pg_class WHERE relowner::regrole::text = ANY (%(running)s)
           UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner::regrole::text = ANY (%(running)s)
           UNION ALL SELECT proname FROM pg_proc WHERE proowner::regrole::text = ANY (%(running)s)
           UNION ALL SELECT datname FROM pg_database WHERE datdba::regrole::text = ANY (%(running)s)""",
    ),
    (
        "is not the owner's",
        """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname IN ('platform', 'tenant', 'confidential', 'oversight')
           AND c.relowner::regrole::text NOT IN (%(owner)s, CASE relname WHEN 'alembic_version' THEN 'huakai_migrator'
           WHEN 'alembic_version_pkc' THEN 'huakai_migrator' ELSE %(owner)s END)
           UNION ALL SELECT nspname FROM pg_namespace
           WHERE nspname IN ('platform', 'tenant', 'confidential', 'oversight')
           AND nspowner::regrole::text <> %(owner)s""",
    ),
    (
        "may make things in the database",
        """SELECT r || ' ' || kind FROM unnest(%(running)s::text[]) r, unnest(ARRAY['TEMP', 'CREATE']) kind
           WHERE has_database_privilege(r, current_database(), kind)
           UNION ALL SELECT r || ' in ' || nspname FROM unnest(%(running)s::text[]) r, pg_namespace
           WHERE has_schema_privilege(r, oid, 'CREATE')""",
    ),
    (
        "has no limit",
        """SELECT r || ' ' || wanted FROM unnest(%(running)s::text[]) r, unnest(%(settings)s::text[]) wanted
           WHERE NOT EXISTS (SELECT FROM pg_roles, unnest(rolconfig) s WHERE rolname = r
                             AND s ~ ('^' || wanted || '=[1-9]'))
           UNION ALL SELECT r || ' citus.propagate_set_commands' FROM unnest(%(running)s::text[]) r WHERE NOT EXISTS
           (SELECT FROM pg_roles WHERE rolname = r AND 'citus.propagate_set_commands=local' = ANY (rolconfig))""",
    ),
    (
        "is bound beforehand",
        """SELECT coalesce(setrole::regrole::text, '') || ' ' || s FROM pg_db_role_setting, unnest(setconfig) s
           WHERE s ~ '^(app[.]|row_security|session_replication_role|role=|search_path)'""",
    ),
    (
        "is granted what no page needs",
        """SELECT c.oid::regclass || ' ' || g.privilege_type || ' to ' || CASE g.grantee WHEN 0 THEN 'PUBLIC'
               ELSE g.grantee::regrole::text END
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
           WHERE n.nspname IN ('platform', 'tenant', 'confidential', 'oversight')
           AND g.grantee <> c.relowner AND (g.grantee::regrole::text <> ALL (%(running)s) OR g.is_grantable
               OR g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))
           UNION ALL SELECT a.attrelid::regclass || '.' || attname || ' ' || g.privilege_type
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) g
           WHERE c.relnamespace >= 16384 AND (g.grantee::regrole::text <> ALL (%(running)s) OR g.is_grantable
               OR g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE'))
           UNION ALL SELECT 'default privileges' FROM pg_default_acl""",
    ),
    (
        "is open to oversight",
        """SELECT 'confidential' WHERE has_schema_privilege('huakai_oversight', 'confidential', 'USAGE')
           UNION ALL SELECT c.oid::regclass::text FROM pg_class c, aclexplode(c.relacl) g
           WHERE c.relnamespace = 'confidential'::regnamespace AND g.grantee = 'huakai_oversight'::regrole
           UNION ALL SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,
           aclexplode(a.attacl) g
           WHERE c.relnamespace = 'confidential'::regnamespace AND g.grantee = 'huakai_oversight'::regrole""",
    ),
    (
        "reaches other sessions, files or large objects",
        r"""SELECT p.oid::regprocedure || ' to ' || r FROM pg_proc p, unnest(%(running)s::text[]) r
            WHERE p.pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege(r, p.oid, 'EXECUTE')
            AND (proname ~ '^(lo_|loread|lowrite|pg_stat_get_activity|pg_stat_get_backend_)'
                 OR proname ~ '^pg_(terminate|cancel)_backend'
                 OR proname ~ '^(pg_read_(binary_)?file|pg_ls_|pg_stat_file|pg_reload_conf|pg_rotate_logfile)')
            UNION ALL SELECT v || ' to ' || r FROM unnest(%(running)s::text[]) r,
            unnest(ARRAY['pg_stat_activity', 'pg_largeobject', 'pg_largeobject_metadata', 'pg_authid', 'pg_statistic',
                         'pg_file_settings', 'pg_hba_file_rules', 'pg_user_mapping']) v
            WHERE has_table_privilege(r, 'pg_catalog.' || v, 'SELECT')""",
    ),
    (
        "sees more than its caller",
        """SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace >= 16384 AND (prosecdef OR proleakproof)
           AND p.oid::regprocedure::text <> ALL (%(definers)s)""",
    ),
    (
        "is a definer that can be led astray",
        """SELECT p.oid::regprocedure::text FROM pg_proc p
           WHERE CASE WHEN p.pronamespace >= 16384 THEN p.oid::regprocedure::text = ANY (%(definers)s) END
           AND (proconfig IS DISTINCT FROM ARRAY[%(search_path)s] OR proowner::regrole::text <> %(owner)s
                OR provolatile <> 's' OR proleakproof)""",
    ),
    (
        "opens the way outside",
        """SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'
           UNION ALL SELECT srvname FROM pg_foreign_server UNION ALL SELECT pubname FROM pg_publication
           UNION ALL SELECT lanname FROM pg_language WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')""",
    ),
    (
        "holds persons without row security",
        """SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = to_regnamespace('platform')
           AND c.relname = ANY (%(personal)s) AND NOT c.relrowsecurity""",
    ),
    (
        "opens persons to everybody",
        """SELECT c.relname || ' ' || l.polname FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid
           WHERE c.relnamespace IN (to_regnamespace('platform'), to_regnamespace('oversight'))
           AND (SELECT array_agg(r::regrole::text) FROM unnest(l.polroles) r) && ARRAY['-', 'public']""",
    ),
)
CALLERS = """
    SELECT p.oid::regprocedure::text, array_agg(CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)
    FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
    WHERE p.pronamespace >= 16384 GROUP BY 1
"""
COLUMNS = """
    SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = %s::text::regclass AND attnum > 0
    AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, %s)
"""


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    """Every privilege that somebody should not have, as `thing: what is wrong with it`."""
    facts = {
        "running": list(RUNNING),
        "owner": OWNER,
        "settings": list(SETTINGS),
        "definers": list(DEFINERS),
        "search_path": SEARCH_PATH,
        "personal": list(PERSONAL),
    }
    found = [
        f"{thing or '?'}: {wrong}"
        for wrong, question in QUESTIONS
        for (thing,) in connection.execute(question.encode(), facts)
    ]
    callers = dict(connection.execute(CALLERS).fetchall())
    found += [
        f"{name}: may be called by others" for name in callers if set(callers[name]) - DEFINERS.get(name, {OWNER})
    ]
    for (role, table), allowed in WRITABLE.items():
        for column in _columns(connection, role, table, "UPDATE") - allowed:
            found.append(f"{table}.{column}: can be changed by {role}")
    for (role, table), hidden in UNREAD.items():
        for column in _columns(connection, role, table, "SELECT") & hidden:
            found.append(f"{table}.{column}: can be read by {role}")
    return found


def _columns(connection: psycopg.Connection[Any], role: str, table: str, privilege: str) -> set[str]:
    row = connection.execute(COLUMNS, [table, role, privilege]).fetchone()
    return set(row[0] or ()) if row else set()
