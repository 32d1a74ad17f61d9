"""The drill: back up, lose everything of one tenant, put it back; and the whole into a fresh database."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import sql
from sqlalchemy import text

from huakai_deploy.backup import archive, tables, tenant, whole
from huakai_deploy.backup.connecting import driver, snapshot
from huakai_deploy.local import Urls
from huakai_platform.kernel import audit, clock, outbox, vault
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.oversight import facts
from huakai_platform.trail import heads, verifying
from huakai_platform.trail.verifying import Fault, Verdict
from huakai_tenants.checklists import service as checklists
from huakai_tenants.measures import workload
from huakai_tenants.premises import service as premises
from tests.support import servers
from tests.support.make import Make

Prints = dict[tuple[str, UUID | None], str]
GROWING = {"tenant.audit_entry", "tenant.audit_head", "tenant.outbox"}
"""What a restore itself writes to."""


@dataclass
class Field:
    """Three rooms with work in them."""

    databases: Databases
    sites: list[Site]
    path: Path

    @property
    def mine(self) -> UUID:
        return self.sites[1].id

    def save(self) -> None:
        with snapshot(self.databases, keep=False) as session:
            tenant.save(session, self.path, self.mine, self.sites[1].code)

    def restore(self, *, keep: bool = True, path: Path | None = None) -> list[tenant.Change]:
        with snapshot(self.databases, self.mine, keep=keep) as session:
            return tenant.restore(session, path or self.path, self.mine)

    def lose(self, *kept: str) -> None:
        """Take away every row of the one tenant."""
        with snapshot(self.databases) as session:
            for table in reversed(tables.of_tenants(tables.known(driver(session)))):
                if str(table) not in kept:
                    statement = sql.SQL("DELETE FROM {} WHERE tenant_id = %s").format(table.place)
                    driver(session).execute(statement, [self.mine])

    def verdict(self) -> Verdict:
        with self.databases.session(Login.OVERSIGHT, self.mine) as session:
            return verifying.verify(session)

    def told(self) -> AuditEntry:
        with self.databases.session(Login.OVERSIGHT, self.mine) as session:
            return session.query(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1).one()


@pytest.fixture
def field(databases: Databases, settings: Settings, make: Make, tmp_path: Path) -> Field:
    made = [make.site() for _number in range(3)]
    for site in made:
        head = make.member(Role.SITE_HEAD, site)
        with databases.session(Login.WORKER, site.id) as session:
            key = vault.ensure_key(session, settings.master_key)
            premises.create_spaces(session, site.edition_id or PLATFORM, site.tier)
            vault.keep_phones(session, key, {head.account_id: "13800000000"})
            facts.refresh(session, site.id, clock.today(), workload.counts)
            audit.record(session, None, "sites.opened", "site", site.id)
        with databases.session(Login.TENANT, site.id) as session:
            checklists.begin(session, head, "monthly", clock.today())
            outbox.publish(session, NumbersChanged("2026-01-01"))
    return Field(databases, made, tmp_path / "one.zip")


def prints(databases: Databases) -> Prints:
    """A digest of the rows of each table, by tenant where it has any."""
    found: Prints = {}
    with snapshot(databases, keep=False) as session:
        connection = driver(session)
        for table in tables.known(connection):
            owner = sql.Identifier("tenant_id") if table.of_tenants else sql.SQL("NULL::uuid")
            query = sql.SQL("SELECT {} AS o, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t GROUP BY 1")
            for row in connection.execute(query.format(owner, table.place)):
                found[str(table), row[0]] = row[1]
    return found


def test_one_tenant_comes_back_and_no_row_of_another_is_touched(field: Field) -> None:
    before = prints(field.databases)
    field.save()
    field.lose()
    assert [key for key in prints(field.databases) if key[1] == field.mine] == []

    changes = {one.table: one for one in field.restore()}

    after = prints(field.databases)
    mine = {name for name, owner in before if owner == field.mine}
    assert len(mine) >= 8
    assert all(changes[name].added == changes[name].in_file > 0 for name in mine)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert differing == {(name, field.mine) for name in GROWING} | {("oversight.dirty_region", None)} & differing


def test_the_trail_goes_on_and_tells_of_the_restore(field: Field) -> None:
    field.save()
    with field.databases.session(Login.WORKER, field.mine) as session:
        audit.record(session, None, "spaces.added", "space", "after the backup")
    field.restore()
    assert field.verdict().broken is None
    told = field.told()
    assert (told.seq, told.deed) == (field.verdict().last, "tenant.restored")
    assert (told.detail["chain"], told.detail["living_head"] - told.detail["saved_head"]) == ("kept", 1)


def test_a_trail_that_was_lost_comes_back_and_says_so(field: Field) -> None:
    field.save()
    field.lose()
    field.restore()
    assert field.verdict().broken is None
    assert field.told().detail["chain"] == "filled"


def test_what_was_recorded_after_the_backup_and_is_lost_is_named_with_the_restore(field: Field) -> None:
    field.save()
    with field.databases.session(Login.WORKER, field.mine) as session:
        audit.record(session, None, "spaces.added", "space", "lost")
        heads.report(session, clock.today())
    field.lose("oversight.reported_head")
    field.restore()
    broken = field.verdict().broken
    assert broken
    assert (broken.fault, broken.restored) == (Fault.REWRITTEN, broken.seq)


def test_a_trail_that_was_changed_is_replaced_by_that_of_the_backup(field: Field) -> None:
    field.save()
    with field.databases.session(Login.MIGRATOR, field.mine) as session:
        session.execute(text("UPDATE tenant.audit_entry SET actor_name = 'x' WHERE tenant_id = :t"), {"t": field.mine})
    assert field.verdict().broken
    field.restore()
    assert field.verdict().broken is None
    assert (field.told().detail["chain"], field.told().detail["at_odds"]) == ("replaced", 1)


def test_work_that_was_done_since_is_not_done_again(field: Field) -> None:
    field.save()
    with field.databases.session(Login.MIGRATOR, field.mine) as session:
        session.execute(text("UPDATE tenant.outbox SET done_at = now() WHERE tenant_id = :t"), {"t": field.mine})
    field.restore()
    with field.databases.session(Login.MIGRATOR, field.mine) as session:
        waiting = session.execute(
            text("SELECT topic FROM tenant.outbox WHERE tenant_id = :t AND done_at IS NULL"), {"t": field.mine}
        ).scalars()
        assert list(waiting) == ["SiteStateChanged"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(field: Field) -> None:
    field.save()
    with field.databases.session(Login.MIGRATOR, field.mine) as session:
        session.execute(text("UPDATE tenant.space SET state = 'closed' WHERE tenant_id = :t"), {"t": field.mine})
    before = prints(field.databases)
    changes = {one.table: one for one in field.restore(keep=False)}
    spaces = changes["tenant.space"]
    assert (spaces.changed, spaces.added, spaces.removed) == (spaces.in_file, 0, 0)
    assert changes["tenant.checklist_run"].changed == 0
    assert prints(field.databases) == before


def test_sealed_content_stays_sealed_in_the_file(field: Field) -> None:
    field.save()
    with zipfile.ZipFile(field.path) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    assert b"13800000000" not in content
    assert bytes(range(32)) not in content


@pytest.mark.parametrize("spoil", ["a byte", "a row", "a table", "half", "words"])
def test_a_damaged_file_is_refused(field: Field, spoil: str) -> None:
    field.save()
    damage(field.path, spoil)
    before = prints(field.databases)
    with pytest.raises(FileRefused):
        field.restore()
    assert prints(field.databases) == before


def test_a_file_of_another_site_another_schema_or_of_everything_is_refused(field: Field, tmp_path: Path) -> None:
    field.save()
    other, all_of_it = field.sites[0].id, tmp_path / "all.zip"
    with snapshot(field.databases, other, keep=False) as session, pytest.raises(FileRefused, match="另一个站点"):
        tenant.restore(session, field.path, other)
    with snapshot(field.databases, keep=False) as session:
        whole.save(session, all_of_it)
    with pytest.raises(FileRefused, match="全部"):
        field.restore(path=all_of_it)
    rewrite(field.path, lambda name, data: data.replace(b'"revision": "2026', b'"revision": "2025'))
    with pytest.raises(FileRefused, match="版本"):
        field.restore()


def test_a_file_with_a_row_of_another_tenant_is_refused(field: Field) -> None:
    field.save()
    mine, theirs = str(field.mine).encode(), str(field.sites[0].id).encode()
    forge(field.path, "tenant.space", lambda data: data.replace(mine, theirs, 1))
    before = prints(field.databases)
    with pytest.raises(FileRefused, match="其他站点"):
        field.restore()
    assert prints(field.databases) == before


@pytest.fixture
def fresh(urls: Urls) -> Iterator[Databases]:
    """A database that was migrated and in which nobody has worked."""
    made = servers.copy(urls, f"{urls.database}_fresh")
    pools = Databases(servers.settings(made))
    yield pools
    pools.dispose()


def test_everything_comes_back_in_a_fresh_database(field: Field, fresh: Databases, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with snapshot(field.databases, keep=False) as session:
        whole.save(session, path)
    assert path.stat().st_mode & 0o077 == 0
    with snapshot(fresh) as session:
        whole.restore(session, path)
    before, after = prints(field.databases), prints(fresh)
    own = {("tenant.audit_entry", PLATFORM), ("tenant.audit_head", PLATFORM)}
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} == own
    for tenant_id in (PLATFORM, *(site.id for site in field.sites)):
        with fresh.session(Login.OVERSIGHT, tenant_id) as session:
            assert verifying.verify(session).broken is None


def test_everything_is_not_written_over_people_at_work(field: Field, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with snapshot(field.databases, keep=False) as session:
        whole.save(session, path)
    with snapshot(field.databases, keep=False) as session, pytest.raises(Conflict):
        whole.restore(session, path)


def damage(path: Path, how: str) -> None:
    if how == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "words":
        path.write_bytes(b"no backup at all")
    elif how == "a byte":
        data = bytearray(path.read_bytes())
        data[data.find(b"tables/tenant.space.copy") + 60] ^= 1
        path.write_bytes(data)
    elif how == "a row":
        rewrite(path, lambda name, data: data[: data.rstrip().rfind(b"\n") + 1] if "tenant.space." in name else data)
    else:
        rewrite(path, lambda name, data: None if "tenant.space." in name else data)


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in parts.items():
            if (changed := change(name, data)) is not None:
                packed.writestr(name, changed)


def forge(path: Path, table: str, change: Callable[[bytes], bytes]) -> None:
    """Change a table and put its digest into the manifest, as somebody who knows the format would."""
    manifest = archive.read(path)
    with zipfile.ZipFile(path) as packed:
        old = packed.read(f"tables/{table}.copy")
    new = change(old)
    assert new != old
    sha = manifest.parts[table].sha256.encode()
    swap = hashlib.sha256(new).hexdigest().encode()
    rewrite(path, lambda name, data: new if name == f"tables/{table}.copy" else data.replace(sha, swap))
