"""Faults made on purpose: each must be named. The first fifteen are those of the rules; the others came to mind."""

from typing import Any

import psycopg
import pytest

from tests.row_security import catalogue

Connection = psycopg.Connection[Any]
NEW = "CREATE TABLE tenant.diary (tenant_id uuid NOT NULL, id uuid NOT NULL, "
KEY = "CONSTRAINT diary_pkey PRIMARY KEY (tenant_id, id)"
OWN = "; ALTER TABLE tenant.diary OWNER TO huakai_owner"
WALL = f"USING {catalogue.WALL} WITH CHECK {catalogue.WALL}"
FULL = (
    f"{OWN}; ALTER TABLE tenant.diary ENABLE ROW LEVEL SECURITY; ALTER TABLE tenant.diary FORCE ROW LEVEL SECURITY;"
    f" CREATE POLICY tenant_wall ON tenant.diary AS RESTRICTIVE FOR ALL TO PUBLIC {WALL}"
)
RUN = "REFERENCES tenant.checklist_run"

FAULTS = {
    "tenant_id may be null": (
        "CREATE TABLE tenant.diary (tenant_id uuid, id uuid)" + FULL,
        "tenant.diary: has no `tenant_id uuid NOT NULL`",
    ),
    "a key of the id alone": (
        NEW + "CONSTRAINT diary_pkey PRIMARY KEY (id))" + FULL,
        "tenant.diary.tenant.diary_pkey: is an index that `tenant_id` does not lead",
    ),
    "a unique across tenants": (
        "ALTER TABLE tenant.space ADD CONSTRAINT space_code_key UNIQUE (code)",
        "tenant.space.tenant.space_code_key: is an index that `tenant_id` does not lead",
    ),
    "a simple foreign key": (
        "CREATE UNIQUE INDEX checklist_run_id_idx ON tenant.checklist_run (id); ALTER TABLE tenant.attachment ADD"
        f" CONSTRAINT attachment_run_id_fkey FOREIGN KEY (run_id) {RUN} (id)",
        "tenant.attachment.attachment_run_id_fkey: reaches another tenant's rows",
    ),
    "a foreign key that sets null": (
        f"ALTER TABLE tenant.attachment ADD CONSTRAINT attachment_null_fkey FOREIGN KEY (tenant_id, run_id) {RUN}"
        " (tenant_id, id) ON DELETE SET NULL (run_id)",
        "tenant.attachment.attachment_null_fkey: sets NULL or a default on delete",
    ),
    "the platform points at a tenant": (
        f"ALTER TABLE platform.site_event ADD CONSTRAINT site_event_run_fkey FOREIGN KEY (site_id, id) {RUN} NOT VALID",
        "platform.site_event.site_event_run_fkey: points from outside at a tenant's rows",
    ),
    "row security off": (
        "ALTER TABLE tenant.space DISABLE ROW LEVEL SECURITY",
        "tenant.space: has row security off",
    ),
    "row security not forced": (
        "ALTER TABLE tenant.space NO FORCE ROW LEVEL SECURITY",
        "tenant.space: does not FORCE row security",
    ),
    "a permissive wall": (
        f"DROP POLICY tenant_wall ON tenant.space; CREATE POLICY tenant_wall ON tenant.space {WALL}",
        "tenant.space policy tenant_wall: is a wall that is not restrictive",
    ),
    "a wall without its check": (
        "ALTER POLICY tenant_wall ON tenant.space WITH CHECK (true)",
        "tenant.space policy tenant_wall: is a wall with another text",
    ),
    "a door that leaves the reading to the wall": (
        "ALTER POLICY huakai_tenant_rows ON tenant.space USING (true)",
        "tenant.space policy huakai_tenant_rows: does not name the tenant itself",
    ),
    "a door that leaves the writing to the wall": (
        "ALTER POLICY huakai_worker_rows ON confidential.contact WITH CHECK (true)",
        "confidential.contact policy huakai_worker_rows: does not name the tenant itself",
    ),
    "a door that names the tenant or something else": (
        f"ALTER POLICY huakai_oversight_rows ON tenant.space USING ({catalogue.WALL} OR state = 'ready')",
        "tenant.space policy huakai_oversight_rows: does not name the tenant itself",
    ),
    "a door to the nil tenant, which need not be entered": (
        f"ALTER POLICY console_reads ON tenant.outbox USING {catalogue.NIL}",
        "tenant.outbox policy console_reads: does not name the tenant itself",
    ),
    "a job that writes anybody's facts": (
        "ALTER POLICY job_inserts ON oversight.site_fact WITH CHECK (true)",
        "oversight.site_fact policy job_inserts: does not name the tenant itself",
    ),
    "a room that reads all facts, behind its wall": (
        "ALTER POLICY huakai_tenant_rows ON oversight.assessment USING (true)",
        "oversight.assessment policy huakai_tenant_rows: does not name the tenant itself",
    ),
    "a listed policy that writes": (
        "DROP POLICY fold_reads ON oversight.site_fact;"
        " CREATE POLICY fold_reads ON oversight.site_fact TO huakai_worker USING (true)",
        "oversight.site_fact.fold_reads: stands on the list of those that read all rooms and does something else",
    ),
    "a listed policy for whom the wall binds": (
        "ALTER POLICY fold_reads ON oversight.site_fact TO huakai_tenant",
        "oversight.site_fact.fold_reads: stands on the list of those that read all rooms and does something else",
    ),
    "a policy that asks a table": (
        "CREATE POLICY members ON tenant.space TO huakai_tenant USING (EXISTS (SELECT FROM platform.membership))",
        "tenant.space policy members: asks another table or function",
    ),
    "a view of its owner's": (
        "CREATE VIEW tenant.all_spaces AS SELECT * FROM tenant.space",
        "tenant.all_spaces: is a view that does not run as its invoker",
    ),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW oversight.all_spaces AS SELECT * FROM tenant.space",
        "oversight.all_spaces: is a materialized view",
    ),
    "a definer function": (
        "CREATE FUNCTION tenant.peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM tenant.space'",
        "tenant.peep(): sees more than its caller",
    ),
    "a partition without a wall": (
        NEW + KEY + ") PARTITION BY HASH (tenant_id)" + FULL + ";"
        " CREATE TABLE tenant.diary_0 PARTITION OF tenant.diary FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        "tenant.diary_0: has row security off",
    ),
    "tenant_id of another type": (
        "CREATE TABLE tenant.diary (tenant_id text NOT NULL, id uuid NOT NULL)" + OWN,
        "tenant.diary: has no `tenant_id uuid NOT NULL`",
    ),
    "no primary key": ("CREATE TABLE tenant.diary (tenant_id uuid NOT NULL)" + OWN, "tenant.diary: has no primary key"),
    "an index across tenants": (
        "CREATE INDEX space_state_idx ON tenant.space (state)",
        "tenant.space.tenant.space_state_idx: is an index that `tenant_id` does not lead",
    ),
    "an exclusion across tenants": (
        NEW + f"{KEY}, CONSTRAINT diary_day_excl EXCLUDE USING btree (id WITH =))",
        "tenant.diary.tenant.diary_day_excl: is an index that `tenant_id` does not lead",
    ),
    "a foreign key that is not valid": (
        f"ALTER TABLE tenant.attachment ADD CONSTRAINT attachment_two_fkey FOREIGN KEY (tenant_id, run_id) {RUN}"
        " NOT VALID",
        "tenant.attachment.attachment_two_fkey: is not valid",
    ),
    "a foreign key that updates": (
        f"ALTER TABLE tenant.attachment ADD CONSTRAINT attachment_two_fkey FOREIGN KEY (tenant_id, run_id) {RUN}"
        " ON UPDATE CASCADE",
        "tenant.attachment.attachment_two_fkey: has ON UPDATE",
    ),
    "a foreign key to a local table": (
        "ALTER TABLE tenant.space ADD CONSTRAINT space_heartbeat_fkey FOREIGN KEY (code) REFERENCES platform.heartbeat"
        " NOT VALID",
        "tenant.space.space_heartbeat_fkey: points at a table that stays local",
    ),
    "an identifier without a foreign key": (
        "ALTER TABLE tenant.space ADD COLUMN run_id uuid",
        "tenant.space.run_id: points nowhere",
    ),
    "a name the server made up": (
        "ALTER TABLE tenant.space ADD CHECK (area > 0), ADD CHECK (area > 0)",
        "tenant.space.space_area_check1: is not named by the convention",
    ),
    "no wall at all": (NEW + KEY + ")" + OWN, "tenant.diary: has no wall"),
    "a wall for readers only": (
        f"DROP POLICY tenant_wall ON tenant.space; CREATE POLICY tenant_wall ON tenant.space AS RESTRICTIVE FOR SELECT"
        f" USING {catalogue.WALL}",
        "tenant.space policy tenant_wall: is a wall for some commands only",
    ),
    "a wall for one role only": (
        "ALTER POLICY tenant_wall ON tenant.space TO huakai_tenant",
        "tenant.space policy tenant_wall: is a wall that somebody walks around",
    ),
    "a wall that raises on the empty setting": (
        "ALTER POLICY tenant_wall ON tenant.space USING (tenant_id = current_setting('app.tenant_id')::uuid)",
        "tenant.space policy tenant_wall: is a wall with another text",
    ),
    "a policy for everybody": (
        "CREATE POLICY all_of_it ON tenant.space USING (true)",
        "tenant.space policy all_of_it: opens rows to everybody or to an unknown role",
    ),
    "a policy that reads by a function": (
        "CREATE POLICY read ON tenant.space TO huakai_tenant USING (query_to_xml('SELECT 1', true, true, '') IS NULL)",
        "tenant.space policy read: asks another table or function",
    ),
    "a trigger": (
        "CREATE FUNCTION tenant.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        " CREATE TRIGGER t BEFORE INSERT ON tenant.space FOR EACH ROW EXECUTE FUNCTION tenant.f()",
        "tenant.space.t: has a trigger or rule",
    ),
    "a rule": (
        "CREATE RULE r AS ON DELETE TO tenant.space DO INSTEAD NOTHING",
        "tenant.space.r: has a trigger or rule",
    ),
    "a sequence": ("CREATE SEQUENCE tenant.numbers", "tenant.numbers: is a sequence"),
    "an identity": (
        "ALTER TABLE tenant.space ADD COLUMN number int GENERATED ALWAYS AS IDENTITY",
        "tenant.space.number: is an identity or generated column",
    ),
    "an enum": ("CREATE TYPE tenant.colour AS ENUM ('red')", "tenant.colour: is a type of its own"),
    "a table nobody declared": ("CREATE TABLE platform.diary (id uuid PRIMARY KEY)", "platform.diary: is undeclared"),
    "tenants' rows outside": (
        "ALTER TABLE platform.tick ADD COLUMN tenant_id uuid",
        "platform.tick: holds rows of tenants outside the wall",
    ),
    "facts without their wall": (
        "DROP POLICY tenant_wall ON oversight.site_fact",
        "oversight.site_fact: opens the facts of another tenant",
    ),
    "TRUNCATE granted": (
        "GRANT TRUNCATE ON tenant.space TO huakai_tenant",
        "tenant.space TRUNCATE to huakai_tenant: is granted what no page needs",
    ),
    "everything granted to PUBLIC": (
        "GRANT SELECT ON platform.region TO PUBLIC",
        "platform.region SELECT to PUBLIC: is granted what no page needs",
    ),
    "oversight enters confidential": (
        "GRANT USAGE ON SCHEMA confidential TO huakai_oversight",
        "confidential: is open to oversight",
    ),
    "oversight reads one sealed column": (
        "GRANT SELECT (phone_sealed) ON confidential.contact TO huakai_oversight",
        "confidential.contact: is open to oversight",
    ),
    "a login passes the wall": ("ALTER ROLE huakai_worker BYPASSRLS", "huakai_worker: is too strong"),
    "a login belongs to the owner": (
        "GRANT huakai_owner TO huakai_tenant",
        "huakai_tenant in huakai_owner: is a member of another role",
    ),
    "a login owns a table": (
        "ALTER TABLE tenant.space OWNER TO huakai_tenant",
        "space of huakai_tenant: has a running role for a member or owner",
    ),
    "a login may make temporary tables": (
        "DO $$BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO huakai_tenant', current_database()); END$$",
        "huakai_tenant TEMP: may make things in the database",
    ),
    "a login without a time limit": (
        "ALTER ROLE huakai_tenant SET statement_timeout = 0",
        "huakai_tenant statement_timeout: has no limit",
    ),
    "a tenant bound for good": (
        "ALTER ROLE huakai_tenant SET app.tenant_id = 'x'",
        "huakai_tenant app.tenant_id=x: is bound beforehand",
    ),
    "other sessions are shown": (
        "GRANT SELECT ON pg_stat_activity TO PUBLIC",
        "pg_stat_activity to huakai_tenant: reaches other sessions, files or large objects",
    ),
    "large objects": (
        "GRANT EXECUTE ON FUNCTION lo_create(oid) TO huakai_worker",
        "lo_create(oid) to huakai_worker: reaches other sessions, files or large objects",
    ),
    "an allowed definer with a loose path": (
        "ALTER FUNCTION tenant.queue_state() RESET search_path",
        "tenant.queue_state(): is a definer that can be led astray",
    ),
    "an allowed definer for everybody": (
        "GRANT EXECUTE ON FUNCTION tenant.queue_state() TO PUBLIC",
        "tenant.queue_state(): may be called by others",
    ),
    "an extension": ("CREATE EXTENSION btree_gist", "btree_gist: opens the way outside"),
    "a worker that reads passwords": (
        "GRANT SELECT ON platform.account TO huakai_worker",
        "platform.account.password_hash: can be read by huakai_worker",
    ),
    "a room that moves roles": (
        "GRANT UPDATE ON platform.membership TO huakai_tenant",
        "platform.membership.account_id: can be changed by huakai_tenant",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(undone: Connection, fault: str) -> None:
    made, named = FAULTS[fault]
    undone.execute(made.encode())

    assert named in catalogue.findings(undone)
