"""Attacks thought out by hand: on the binding, the session, the server, and on who somebody is."""

from collections.abc import Iterator
from uuid import uuid5

import psycopg

from tests.row_security.attacks import OWN, Attack
from tests.row_security.world import (
    ADMIN,
    ATTACKER,
    EDITION,
    GHOST,
    INSTITUTION,
    MINE,
    NIL,
    RESIDENT,
    TENANTS_OWN,
    VICTIM,
    person_id,
)

S, V = "tenant.space", f"tenant_id = '{VICTIM}'"
READ = f"SELECT * FROM {S}"
NOBODY = (f"SET LOCAL app.tenant_id = '{NIL}'",)
ALL_ROWS = " UNION ALL ".join(f"SELECT t::text FROM {name} t" for name in TENANTS_OWN if name.startswith("tenant."))

BINDING = {
    "reset the room": ("RESET app.tenant_id", READ),
    "reset everything": ("RESET ALL", READ),
    "room to default": ("SET app.tenant_id TO DEFAULT", READ),
    "room for the session, then out of the transaction": (f"SET app.tenant_id = '{MINE}'", READ),
    "room to a list": (f"SET LOCAL app.tenant_id = '{MINE},{GHOST}'", READ),
    "room to a pattern": ("SET LOCAL app.tenant_id = '%'", READ),
    "room to an array": (f"SET LOCAL app.tenant_id = '{{{MINE}}}'", READ),
    "room to null": ("SELECT set_config('app.tenant_id', NULL, true)", READ),
    "another spelling of the setting": (f'SET LOCAL "APP"."TENANT_ID" = \'{GHOST}\'', READ),
    "a setting that looks alike": (f"SET LOCAL app.tenantid = '{VICTIM}'", READ),
    "back to a savepoint": ("SAVEPOINT a", "SET LOCAL app.tenant_id = ''", "ROLLBACK TO a", READ),
    "row security off": ("SET row_security = off", READ),
    "row security off by function": ("SELECT set_config('row_security', 'off', true)", READ),
    "replica mode": ("SET session_replication_role = replica", READ),
    "search path": ("SET search_path = tenant, platform, pg_catalog", "SELECT * FROM space"),
    "a function of that name in the way": (
        "CREATE FUNCTION public.current_setting(text, boolean) RETURNS text AS 'SELECT 1'",
    ),
    "an operator in the way": ("CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_eq)",),
    "system tables may be changed": ("SET allow_system_table_mods = on", "UPDATE pg_class SET relrowsecurity = false"),
    "load a library": ("LOAD 'auto_explain'",),
    "preload a library": ("SET session_preload_libraries = 'auto_explain'",),
    "log everything": ("SET log_statement = 'all'",),
}
ROLES = {
    "become the owner": ("SET ROLE huakai_owner", READ),
    "become the migrator": ("SET ROLE huakai_migrator", READ),
    "become the superuser": ("SET SESSION AUTHORIZATION postgres", READ),
    "be the worker": ("SET SESSION AUTHORIZATION huakai_worker", READ),
    "be the role one is not": ("RESET SESSION AUTHORIZATION", "RESET ROLE", READ),
    "be nobody": ("SET ROLE NONE", READ),
    "pass the wall": ("ALTER ROLE current_user BYPASSRLS",),
    "be a superuser": ("ALTER ROLE current_user SUPERUSER",),
    "bind the role for good": (f"ALTER ROLE huakai_worker SET app.tenant_id = '{VICTIM}'",),
    "make a role": ("CREATE ROLE intruder SUPERUSER",),
    "join the owner": ("GRANT huakai_owner TO current_user",),
    "join everybody's reader": ("GRANT pg_read_all_data TO current_user",),
    "own the table": (f"ALTER TABLE {S} OWNER TO current_user",),
    "be granted": (f"GRANT ALL ON {S} TO PUBLIC", f"TRUNCATE {S}"),
    "give defaults away": ("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",),
    "own what somebody owned": ("REASSIGN OWNED BY huakai_owner TO current_user",),
    "impersonate": ("SECURITY LABEL ON ROLE huakai_owner IS 'mine'",),
}
OBJECTS = {
    "a view": (f"CREATE VIEW public.v AS {READ}", "SELECT * FROM public.v"),
    "a temporary view": (f"CREATE TEMP VIEW v AS {READ}", "SELECT * FROM v"),
    "a table from a query": (f"CREATE TABLE public.t AS {READ}",),
    "shadow a table": ("CREATE TEMP TABLE space (LIKE tenant.space)",),
    "shadow in the temporary schema": ("CREATE TABLE pg_temp.space (x int)",),
    "inherit the table": (f"CREATE TABLE public.t () INHERITS ({S})",),
    "be a partition": (f"CREATE TABLE public.t PARTITION OF {S} DEFAULT",),
    "reference the table": (f"CREATE TABLE public.t (a uuid, b uuid, FOREIGN KEY (a, b) REFERENCES {S})",),
    "a trigger": (
        f"CREATE TRIGGER t BEFORE INSERT ON {S} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ),
    "a rule": (f"CREATE RULE r AS ON INSERT TO {S} DO ALSO NOTHING",),
    "an index with a function": (f"CREATE INDEX i ON {S} ((query_to_xml('SELECT 1', true, true, '')))",),
    "statistics": (f"CREATE STATISTICS public.s ON code, state FROM {S}",),
    "a definer function": ("CREATE FUNCTION public.f() RETURNS bigint SECURITY DEFINER AS 'SELECT 1' LANGUAGE sql",),
    "a temporary function": ("CREATE FUNCTION pg_temp.f() RETURNS bigint AS 'SELECT 1' LANGUAGE sql",),
    "rewrite a definer": ("CREATE OR REPLACE FUNCTION tenant.queue_state() RETURNS bigint AS 'SELECT 1' LANGUAGE sql",),
    "an extension": ("CREATE EXTENSION dblink",),
    "a foreign server": ("CREATE EXTENSION postgres_fdw",),
    "a publication": ("CREATE PUBLICATION p FOR ALL TABLES",),
    "a subscription": ("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false)",),
    "a database": ("CREATE DATABASE mine",),
    "a schema": ("CREATE SCHEMA mine",),
    "an event trigger": (
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ),
    "rename": (f"ALTER TABLE {S} RENAME TO open",),
    "drop a column": (f"ALTER TABLE {S} DROP COLUMN tenant_id",),
    "drop the schema": ("DROP SCHEMA tenant CASCADE",),
    "drop everything owned": ("DROP OWNED BY huakai_owner",),
    "comment on another's table": (f"COMMENT ON TABLE {S} IS 'x'",),
    "cluster": (f"CLUSTER {S} USING space_pkey",),
    "lock the table like its owner": ("LOCK TABLE platform.region IN ACCESS EXCLUSIVE MODE",),
}
SERVER = {
    "run a program": ("COPY (SELECT 1) TO PROGRAM 'true'",),
    "write a file": ("COPY (SELECT 1) TO '/tmp/intruder'",),
    "read a file": ("SELECT pg_read_file('PG_VERSION')",),
    "read a binary file": ("SELECT pg_read_binary_file('PG_VERSION')",),
    "list a folder": ("SELECT pg_ls_dir('.')",),
    "read the log": ("SELECT pg_current_logfile()", "SELECT * FROM pg_ls_logdir()"),
    "other sessions": ("SELECT query FROM pg_stat_activity",),
    "other sessions by function": ("SELECT * FROM pg_stat_get_activity(NULL)",),
    "other sessions by number": ("SELECT pg_stat_get_backend_activity(1)",),
    "replication": ("SELECT * FROM pg_stat_replication",),
    "a replication slot": ("SELECT pg_create_logical_replication_slot('s', 'test_decoding')",),
    "read slots": ("SELECT pg_logical_slot_peek_changes('s', NULL, NULL)",),
    "raw pages": ("SELECT get_raw_page('tenant.space', 0)",),
    "a large object": ("SELECT lo_from_bytea(0, 'x')",),
    "import a file": ("SELECT lo_import('/etc/passwd')",),
    "read large objects": ("SELECT * FROM pg_largeobject",),
    "passwords of the logins": ("SELECT rolpassword FROM pg_authid",),
    "passwords by the old view": ("SELECT passwd FROM pg_shadow",),
    "samples of columns": ("SELECT * FROM pg_stats WHERE schemaname IN ('tenant', 'confidential')",),
    "raw samples of columns": ("SELECT * FROM pg_statistic",),
    "extended samples": ("SELECT * FROM pg_stats_ext",),
    "files of settings": ("SELECT * FROM pg_file_settings",),
    "rules of entry": ("SELECT * FROM pg_hba_file_rules",),
    "settings for superusers": ("SHOW data_directory",),
    "change the server": ("ALTER SYSTEM SET log_statement = 'all'",),
    "reload": ("SELECT pg_reload_conf()",),
    "end other sessions": ("SELECT pg_terminate_backend(-1)",),
    "stop other statements": ("SELECT pg_cancel_backend(-1)",),
    "prepared transactions of others": ("SELECT * FROM pg_prepared_xacts",),
    "prepare a transaction": ("PREPARE TRANSACTION 'x'",),
    "cursors of others": ("SELECT statement FROM pg_cursors",),
    "statements prepared by others": ("SELECT statement FROM pg_prepared_statements",),
    "listen": ("LISTEN huakai", "LISTEN outbox"),
    "tell everybody": ("NOTIFY huakai, 'hello'",),
    "a sequence": ("SELECT last_value FROM pg_sequences",),
    "memory": ("SELECT * FROM pg_backend_memory_contexts",),
}
TRICKS = {
    "a block that tells": (
        f"DO $$DECLARE r record; BEGIN FOR r IN {READ} WHERE {V} LOOP RAISE NOTICE '%', r; END LOOP; END$$",
    ),
    "a block that runs text": (f"DO $$BEGIN EXECUTE 'DELETE FROM {S} WHERE {V.replace(chr(39), chr(39) * 2)}'; END$$",),
    "a query as xml": (f"SELECT query_to_xml('{READ}', true, false, '')",),
    "a table as xml": ("SELECT table_to_xml('tenant.space', true, false, '')",),
    "a schema as xml": ("SELECT schema_to_xml('tenant', true, false, '')",),
    "the database as xml": ("SELECT database_to_xml(true, false, '')",),
    "a cursor": (f"DECLARE c CURSOR WITH HOLD FOR {READ}", "FETCH ALL FROM c"),
    "a scroll of another's cursor": ('FETCH ALL FROM "c"',),
    "a prepared plan": (f"PREPARE p AS {READ}", "RESET app.tenant_id", "EXECUTE p"),
    "a prepared plan of the owner": (f"PREPARE q AS {READ}", "SET ROLE huakai_owner", "EXECUTE q"),
    "everything at once": (ALL_ROWS,),
    "a lateral join": (f"SELECT * FROM platform.site s, LATERAL (SELECT * FROM {S} x WHERE x.tenant_id = s.id) y",),
    "a data-changing query": (f"WITH gone AS (DELETE FROM {S} WHERE {V} RETURNING *) SELECT * FROM gone",),
    "a merge": (
        f"MERGE INTO {S} t USING (SELECT '{VICTIM}'::uuid AS tenant_id) s ON t.tenant_id = s.tenant_id"
        " WHEN MATCHED THEN UPDATE SET state = 'closed'",
    ),
    "a sample of the table": (f"{READ} TABLESAMPLE SYSTEM (100)",),
    "a window": (f"SELECT *, count(*) OVER () FROM {S}",),
    "only this table": (f"SELECT * FROM ONLY {S}",),
    "a whole-row comparison": (f"SELECT count(*) FROM {S} t WHERE t IS NOT NULL AND {V}",),
    "a current-of update": (
        f"DECLARE d CURSOR FOR {READ} FOR UPDATE",
        "MOVE d",
        f"UPDATE {S} SET state = 'x' WHERE CURRENT OF d",
    ),
    "a snapshot of another": ("SET TRANSACTION SNAPSHOT '00000003-0000001B-1'",),
    "a check that tells": (f"SELECT CASE WHEN EXISTS ({READ} WHERE {V}) THEN 1 / 0 ELSE 0 END",),
    "an advisory lock for them": ("SELECT pg_try_advisory_xact_lock(1)",),
    "how many rows there are by the planner": ("SELECT relname FROM pg_class WHERE reltuples > 1e9",),
    "the old rows": (f"SELECT xmin = xmax FROM {S} WHERE {V}",),
    "keyed look-up of sealed bytes": (
        f"SELECT phone_sealed FROM confidential.contact WHERE account_id = '{RESIDENT}'",
    ),
    "their wrapped key": (f"SELECT wrapped FROM confidential.data_key WHERE {V}",),
    "swap the wrapped keys": (f"UPDATE confidential.data_key SET wrapped = ''::bytea WHERE {V} OR true",),
}
CREATED = "now()"
ACCOUNT, SESSIONS, ROLE, LINK = (
    "platform.account",
    "platform.account_session",
    "platform.membership",
    "platform.invitation",
)
NEW = uuid5(ATTACKER, "new")
MADE = f"(id, name, login_name, password_hash, created_at) VALUES ('{NEW}', 'x', 'x', 'secret', {CREATED})"
INVITED = MADE.replace("'secret'", "NULL")
NAMESAKE = INVITED.replace("'x', NULL", "'admin-login_name', NULL")
JOIN = (
    f"INSERT INTO {ROLE} (id, account_id, institution_id, site_id, role, region_code, created_at)"
    f" VALUES ('{NEW}', '{ATTACKER}'"
)
TIMES = ", ".join([CREATED] * 3)
DEVICE = (
    f"INSERT INTO {SESSIONS} (id, account_id, token_hash, stage, device, address, created_at, seen_at, confirmed_at,"
    f" expires_at) VALUES ('{NEW}', '{{}}', 'known', 'full', 'x', 'x', {TIMES}, now() + '1 day')"
)
ASK = (
    f"INSERT INTO {LINK} (id, account_id, site_id, purpose, token_hash, created_at, issued_at, expires_at)"
    f" VALUES ('{NEW}', '{{}}', {{}}, 'reset', 'known', {CREATED}, {CREATED}, now() + '1 day')"
)
KEPT = "INSERT INTO platform.idempotency_key VALUES ('{}', '{}', '{}', 'next', 'x', 303, '/x', '', now())"
TOKEN = (
    "INSERT INTO platform.api_token (id, account_id, membership_id, site_id, name, kind, hint, token_hash, scopes,"
    f" created_by, created_at, expires_at) VALUES ('{NEW}', '{{}}', '{{}}', {{}}, 'x', 'personal', 'x', 'known',"
    f" '{{}}', '{ATTACKER}', {CREATED}, 'infinity')"
)
PROPOSAL = (
    "INSERT INTO platform.proposal (id, institution_id, site_id, edition_id, kind, code, at, change, reason, state,"
    f" made_by, made_at, decided_by) VALUES ('{NEW}', '{INSTITUTION}', '{{}}', '{EDITION}', 'spaces', 'x', '', 'x',"
    f" 'x', '{{}}', '{ATTACKER}', {CREATED}, {{}})"
)
WAIVER = (
    "INSERT INTO platform.waiver (id, site_id, kind, code, reason, ends_on, state, asked_by, asked_at, decided_by)"
    f" VALUES ('{NEW}', '{{}}', 'spaces', 'x', 'x', 'infinity', '{{}}', '{ATTACKER}', {CREATED}, {{}})"
)
PERSONS = {
    "set the administrator's password": f"UPDATE {ACCOUNT} SET password_hash = 'x' WHERE id = '{ADMIN}'",
    "set everybody's password": f"UPDATE {ACCOUNT} SET password_hash = 'x' WHERE id <> '{ATTACKER}'",
    "take a second factor away": f"UPDATE {ACCOUNT} SET totp_sealed = NULL WHERE id = '{ADMIN}'",
    "take an address": f"UPDATE {ACCOUNT} SET email = 'x@x.cn' WHERE id = '{RESIDENT}'",
    "become the administrator": f"UPDATE {ACCOUNT} SET id = '{ADMIN}' WHERE id = '{ATTACKER}'",
    "disable the administrator": f"UPDATE {ACCOUNT} SET disabled_at = now() WHERE id = '{ADMIN}'",
    "an account with a password": f"INSERT INTO {ACCOUNT} {MADE}",
    "write over an account": f"INSERT INTO {ACCOUNT} {INVITED.replace(str(NEW), str(ADMIN))}"
    " ON CONFLICT (id) DO UPDATE SET password_hash = 'x'",
    "write over a sign-in name": f"INSERT INTO {ACCOUNT} {NAMESAKE}"
    " ON CONFLICT (login_name) DO UPDATE SET password_hash = 'x'",
    "delete an account": f"DELETE FROM {ACCOUNT} WHERE id = '{RESIDENT}'",
    "become an administrator": f"{JOIN}, '{INSTITUTION}', NULL, 'institution_admin', NULL, now())",
    "become one through the own room": f"{JOIN}, '{INSTITUTION}', '{MINE}', 'institution_admin', NULL, now())",
    "become a regional office": f"{JOIN}, '{INSTITUTION}', NULL, 'regional_office', '000000000000', now())",
    "become an auditor": f"{JOIN}, '{INSTITUTION}', NULL, 'auditor', NULL, now())",
    "become head of the other room": f"{JOIN}, '{INSTITUTION}', '{VICTIM}', 'site_head', NULL, now())",
    "promote oneself": f"UPDATE {ROLE} SET role = 'institution_admin' WHERE account_id = '{ATTACKER}'",
    "move one's role to the other room": f"UPDATE {ROLE} SET site_id = '{VICTIM}' WHERE account_id = '{ATTACKER}'",
    "move one's role to a region": f"UPDATE {ROLE} SET region_code = '000000000000' WHERE account_id = '{ATTACKER}'",
    "take the administrator's role over": f"UPDATE {ROLE} SET account_id = '{ATTACKER}' WHERE account_id = '{ADMIN}'",
    "end their roles": f"UPDATE {ROLE} SET ended_at = now() WHERE account_id <> '{ATTACKER}'",
    "delete their roles": f"DELETE FROM {ROLE} WHERE account_id <> '{ATTACKER}'",
    "read their recovery codes": f"SELECT code_hash FROM platform.recovery_code WHERE account_id <> '{ATTACKER}'",
    "give them a recovery code": f"INSERT INTO platform.recovery_code VALUES ('{ADMIN}', 'known', NULL)",
    "use their recovery code again": f"UPDATE platform.recovery_code SET used_at = NULL WHERE account_id = '{ADMIN}'",
    "delete their recovery codes": f"DELETE FROM platform.recovery_code WHERE account_id = '{ADMIN}'",
    "move one's recovery code to them": f"UPDATE platform.recovery_code SET account_id = '{ADMIN}'",
    "begin a session as the administrator": DEVICE.format(ADMIN),
    "move one's session to them": f"UPDATE {SESSIONS} SET account_id = '{ADMIN}' WHERE account_id = '{ATTACKER}'",
    "move one's session to their role": f"UPDATE {SESSIONS} SET membership_id = '{person_id(ADMIN, 'membership')}'",
    "put one's cookie on their session": f"UPDATE {SESSIONS} SET token_hash = 'known' WHERE account_id = '{ADMIN}'",
    "prolong their session": f"UPDATE {SESSIONS} SET expires_at = 'infinity' WHERE account_id = '{ADMIN}'",
    "skip their second factor": f"UPDATE {SESSIONS} SET stage = 'full' WHERE account_id = '{ADMIN}'",
    "delete their sessions": f"DELETE FROM {SESSIONS} WHERE account_id = '{ADMIN}' RETURNING token_hash",
    "make their reset one's own": f"UPDATE {LINK} SET token_hash = 'known' WHERE account_id = '{RESIDENT}'",
    "make the administrator's reset one's own": f"UPDATE {LINK} SET token_hash = 'known' WHERE account_id = '{ADMIN}'",
    "point one's own reset at them": f"UPDATE {LINK} SET account_id = '{ADMIN}' WHERE account_id = '{ATTACKER}'",
    "turn an invitation into a reset": f"UPDATE {LINK} SET purpose = 'reset', site_id = NULL",
    "reset them as the institution": ASK.format(ADMIN, "NULL"),
    "reset them as their room": ASK.format(RESIDENT, f"'{VICTIM}'"),
    "read where they were led": f"SELECT location FROM platform.idempotency_key WHERE account_id <> '{ATTACKER}'",
    "answer in their place": f"UPDATE platform.idempotency_key SET location = '/x' WHERE account_id = '{ADMIN}'",
    "answer beforehand": KEPT.format(ADMIN, MINE, NEW),
    "answer beforehand in another room": KEPT.format(ATTACKER, VICTIM, NEW),
    "make a used code good again": f"UPDATE platform.account_activity SET totp_step = 0 WHERE account_id = '{ADMIN}'",
    "hide a sign-in": f"UPDATE platform.account_activity SET last_at = NULL WHERE account_id = '{RESIDENT}'",
    "a token of the administrator": TOKEN.format(ADMIN, person_id(ADMIN, "membership"), "NULL", "{}"),
    "a token of the administrator, said to act here": TOKEN.format(
        ADMIN, person_id(ADMIN, "membership"), f"'{MINE}'", "{}"
    ),
    "a service's token in the administrator's name": TOKEN.format(
        ADMIN, person_id(ADMIN, "membership"), f"'{MINE}'", "{}"
    ).replace("personal", "service"),
    "one's own token in the administrator's role": TOKEN.format(ATTACKER, person_id(ADMIN, "membership"), "NULL", "{}"),
    "a token of the other room": TOKEN.format(RESIDENT, person_id(RESIDENT, "membership"), f"'{VICTIM}'", "{}"),
    "make their token one's own": f"UPDATE platform.api_token SET token_hash = 'known' WHERE account_id = '{ADMIN}'",
    "move one's token to their role": "UPDATE platform.api_token"
    f" SET membership_id = '{person_id(ADMIN, 'membership')}' WHERE account_id = '{ATTACKER}'",
    "widen a token": "UPDATE platform.api_token SET scopes = '{x}'",
    "read who visited the other room": f"SELECT * FROM platform.oversight_visit WHERE site_id = '{VICTIM}'",
    "read what the other room proposes": f"SELECT change FROM platform.proposal WHERE site_id = '{VICTIM}'",
    "propose for the other room": PROPOSAL.format(VICTIM, "open", "NULL"),
    "accept one's own proposal": PROPOSAL.format(MINE, "accepted", "NULL"),
    "decide one's own proposal": PROPOSAL.format(MINE, "open", f"'{ADMIN}'"),
    "change a proposal": "UPDATE platform.proposal SET state = 'accepted'",
    "read what the other room is waived": f"SELECT reason FROM platform.waiver WHERE site_id = '{VICTIM}'",
    "ask for a waiver for the other room": WAIVER.format(VICTIM, "asked", "NULL"),
    "grant oneself a waiver": WAIVER.format(MINE, "approved", "NULL"),
    "have a waiver granted": WAIVER.format(MINE, "asked", f"'{ADMIN}'"),
    "prolong a waiver": "UPDATE platform.waiver SET ends_on = 'infinity'",
    "hide a visit": "DELETE FROM platform.oversight_visit",
    "open a site": f"UPDATE platform.site SET state = 'closed' WHERE id = '{VICTIM}'",
    "read what waits to be opened": "SELECT people FROM platform.site_intake",
    "read an export": "SELECT content FROM platform.export",
    "read the register": "SELECT content FROM platform.register_import",
    "change the standard": "UPDATE platform.edition_definition SET body = '{}'",
    "publish a standard": "UPDATE platform.edition SET number = 2",
    "rename a region": "UPDATE platform.region SET name = 'x'",
    "start an operation": "INSERT INTO platform.operation (id, kind, title, total, params, created_at)"
    f" VALUES ('{NEW}', 'x', 'x', 0, '{{}}', now())",
    "change the history of a site": f"UPDATE platform.site_event SET reason = 'x' WHERE site_id = '{VICTIM}'",
    "migrate": "UPDATE platform.alembic_version SET version_num = 'x'",
}
JOBS_MAY = {"open a site", "read what waits to be opened", "delete their sessions", "make their reset one's own"}
JOBS_MAY |= {"make the administrator's reset one's own", "read who visited the other room"}
JOBS_MAY |= {"read what the other room proposes", "read what the other room is waived"}
"""What a job is for: it opens and closes sites, clears old sessions, issues the links that it mails."""
JOBS = {
    "read passwords": f"SELECT password_hash FROM {ACCOUNT}",
    "read second factors": f"SELECT totp_sealed FROM {ACCOUNT}",
    "read whole accounts": f"SELECT * FROM {ACCOUNT}",
    "read recovery codes": "SELECT * FROM platform.recovery_code",
    "read session tokens": f"SELECT token_hash FROM {SESSIONS}",
    "read where somebody was led": "SELECT location FROM platform.idempotency_key",
    "change a wrapped key": f"UPDATE confidential.data_key SET wrapped = '' WHERE tenant_id = '{MINE}'",
    "delete a wrapped key": f"DELETE FROM confidential.data_key WHERE tenant_id = '{MINE}'",
}
QUEUE = "tenant.outbox"
CONSOLE = {
    "open a sealed number": "SELECT * FROM confidential.contact",
    "look at the names in confidential": "SELECT 'confidential.contact'::regclass",
    "write in a room": f"INSERT INTO tenant.space VALUES ('{MINE}', '{GHOST}', 'x', 1, 'ready', now())",
    "ask work of a room": f"INSERT INTO {QUEUE} VALUES ('{VICTIM}', '{GHOST}', 'x', 'x', '{{}}', 0, now(), now())",
    "ask work of the own room": f"INSERT INTO {QUEUE} VALUES ('{MINE}', '{GHOST}', 'x', 'x', '{{}}', 0, now(), now())",
    "read a room's queue": "SELECT payload FROM tenant.outbox",
    "change the nil tenant's queue": "UPDATE tenant.outbox SET payload = '{}'",
    "read a room's notices": "SELECT * FROM tenant.notice",
    "write a room's notices": f"UPDATE tenant.notice SET read_at = now() WHERE tenant_id = '{MINE}'",
    "add to a room's trail": "INSERT INTO tenant.audit_entry"
    f" VALUES ('{MINE}', '{GHOST}', 99, now(), NULL, 'x', NULL, 'x', 'x', 'x', '{{}}', '', '')",
    "begin a room's trail": f"INSERT INTO tenant.audit_head VALUES ('{MINE}', '{GHOST}', 1, '')",
    "move a room's trail": "UPDATE tenant.audit_head SET seq = 0",
    "change a trail": "UPDATE tenant.audit_entry SET deed = 'x'",
    "read where somebody was led": f"SELECT location FROM platform.idempotency_key WHERE account_id <> '{ATTACKER}'",
    "take somebody's export": f"SELECT content FROM platform.export WHERE account_id <> '{ATTACKER}'",
    "take an export away": f"DELETE FROM platform.export WHERE account_id = '{ADMIN}' RETURNING id",
    "see counts of people": "SELECT * FROM oversight.person_fact",
    "let figures out": "INSERT INTO oversight.figure_release VALUES ('2026-01-01', 10, 'x', now())",
    "seal a score for another site": "INSERT INTO oversight.assessment (tenant_id, id, edition_id, as_of, age_set,"
    f" digest, bundle, sealed_by, sealed_at) VALUES ('{VICTIM}', '{GHOST}', '{GHOST}', now(), 'A', 'x', '', '{ADMIN}',"
    " now())",
    "change a sealed score": "UPDATE oversight.assessment SET grade = 'x'",
    "slip a definition into a published edition": "INSERT INTO platform.edition_definition"
    f" VALUES ('{EDITION}', 'checklist', 'x', '{{}}', 'x')",
    "change a published edition": "UPDATE platform.edition SET digest = 'x'",
    "take a definition out of a published edition": "DELETE FROM platform.edition_definition",
    "write facts": f"INSERT INTO oversight.site_fact VALUES ('{MINE}', '2026-01-01', 'x', '{{}}', now())",
    "write rollups": "INSERT INTO oversight.region_rollup VALUES ('x', '2026-01-01', NULL, 'x', '{}', now())",
    "delete a site": f"DELETE FROM platform.site WHERE id = '{VICTIM}'",
    "delete an account": f"DELETE FROM {ACCOUNT} WHERE id = '{RESIDENT}'",
}
MEASURED = frozenset({"how many rows there are by the planner", "memory"})
HARMLESS = frozenset(
    {
        "be the role one is not",
        "be nobody",
        "be the worker",
        "give defaults away",
        "listen",
        "tell everybody",
        "lock the table like its owner",
    }
)
"""What the server allows to everybody or to who may write a table, and what tells nothing: NOTIFY carries no words."""
QUIET = frozenset({"samples of columns", "extended samples", "prepared transactions of others", "cursors of others"})
QUIET |= {"statements prepared by others", "a sequence"}
"""Questions that are allowed and must find nothing."""
ABSENT = frozenset({"raw pages", "read slots"})


def of(role: str) -> Iterator[Attack]:
    """Every attack by hand that a login can try."""
    for page in (BINDING, ROLES, OBJECTS, SERVER, TRICKS):
        for name, statements in page.items():
            yield Attack(
                name,
                statements,
                same=name not in MEASURED,
                missing=name in ABSENT,
                refused=psycopg.Error if page in (ROLES, OBJECTS, SERVER) and name not in HARMLESS | QUIET else None,
                blind=name in QUIET,
            )
    if role == "huakai_oversight":
        yield from (Attack(name, (statement,), (OWN,), blind=True) for name, statement in CONSOLE.items())
        return
    for name, statement in PERSONS.items():
        if role == "huakai_tenant" or name not in JOBS_MAY:
            yield Attack(name, (statement,), blind=True)
            yield Attack(f"{name}, before anybody signed in", (statement,), NOBODY, blind=True)
    if role == "huakai_worker":
        yield from (Attack(name, (statement,), blind=True) for name, statement in JOBS.items())
