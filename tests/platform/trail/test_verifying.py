"""The first broken link is named, whatever was done to the chain."""

import pytest
from sqlalchemy import text

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.audit import AuditEntry, AuditHead
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.trail import heads, verifying
from huakai_platform.trail.verifying import Fault, Verdict
from tests.support.make import Make

SECRET = """UPDATE tenant.audit_entry SET detail = '{"花": 2}' WHERE seq = 7"""
SWAP = "UPDATE tenant.audit_entry SET seq = CASE seq WHEN 7 THEN 8 WHEN 8 THEN 7 END WHERE seq IN (7, 8)"
FAULTS: dict[str, tuple[str, int, Fault]] = {
    "another content": (SECRET, 7, Fault.CHANGED),
    "another person": ("UPDATE tenant.audit_entry SET actor_name = 'x' WHERE seq = 7", 7, Fault.CHANGED),
    "a microsecond": (
        "UPDATE tenant.audit_entry SET at = at + interval '1 microsecond' WHERE seq = 1",
        1,
        Fault.CHANGED,
    ),
    "one taken out": ("DELETE FROM tenant.audit_entry WHERE seq = 7", 7, Fault.REMOVED),
    "the first taken out": ("DELETE FROM tenant.audit_entry WHERE seq = 1", 1, Fault.REMOVED),
    "two exchanged": (SWAP, 7, Fault.REORDERED),
    "the last taken out": ("DELETE FROM tenant.audit_entry WHERE seq = 20", 20, Fault.CUT),
    "all taken out": ("DELETE FROM tenant.audit_entry", 1, Fault.CUT),
}


@pytest.fixture
def grown(databases: Databases) -> Databases:
    grow(databases, 20)
    return databases


def grow(databases: Databases, count: int) -> None:
    for number in range(count):
        with databases.session(Login.OVERSIGHT) as session:
            audit.record(session, None, "sites.created", "site", f"花{number}", 花=number)


def spoil(databases: Databases, statement: str) -> None:
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("ALTER TABLE tenant.audit_entry DROP CONSTRAINT audit_entry_tenant_id_seq_key"))
        session.execute(text(statement))
        session.execute(
            text("ALTER TABLE tenant.audit_entry ADD CONSTRAINT audit_entry_tenant_id_seq_key UNIQUE (tenant_id, seq)")
        )


def verdict(databases: Databases, most: int | None = None) -> Verdict:
    with databases.session(Login.OVERSIGHT) as session:
        return verifying.verify(session, most=most)


def test_a_whole_chain_is_whole(grown: Databases) -> None:
    assert verdict(grown) == Verdict(entries=20, first=1, last=20, anchors=1)


def test_an_empty_chain_is_whole(databases: Databases) -> None:
    assert verdict(databases) == Verdict(entries=0, first=1, last=0, anchors=0)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_first_broken_link_is_named(grown: Databases, fault: str) -> None:
    statement, seq, kind = FAULTS[fault]
    spoil(grown, statement)
    found = verdict(grown).broken
    assert found
    assert (found.seq, found.fault) == (seq, kind)


def test_an_entry_written_anew_with_its_hash_is_named(grown: Databases) -> None:
    rewrite(grown, 7)
    found = verdict(grown).broken
    assert found
    assert (found.seq, found.fault) == (7, Fault.REPLACED)


def test_a_tail_cut_with_its_head_is_found_by_the_report_of_the_day(grown: Databases) -> None:
    day = report(grown)
    cut(grown, 15)
    found = verdict(grown).broken
    assert found
    assert (found.seq, found.fault, found.day) == (16, Fault.CUT, day)


def test_a_chain_written_anew_to_its_end_is_found_by_the_report_of_the_day(grown: Databases) -> None:
    day = report(grown)
    cut(grown, 15)
    grow(grown, 10)
    found = verdict(grown).broken
    assert found
    assert (found.seq, found.fault, found.day) == (20, Fault.REWRITTEN, day)


def test_only_the_end_of_a_long_chain_is_followed_when_that_is_asked(grown: Databases) -> None:
    spoil(grown, SECRET)
    assert verdict(grown, most=10) == Verdict(entries=10, first=11, last=20, anchors=1)
    assert verdict(grown, most=14).broken


def test_a_chain_longer_than_a_batch_is_followed_to_its_end(grown: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "FETCH", 3)
    assert verdict(grown).entries == 20


def test_a_room_verifies_its_own_chain_only(grown: Databases, make: Make) -> None:
    site = make.site()
    with grown.session(Login.TENANT, site.id) as session:
        audit.record(session, None, "spaces.added", "space", "x")
    spoil(grown, SECRET)
    with grown.session(Login.TENANT, site.id) as session:
        assert verifying.verify(session) == Verdict(entries=1, first=1, last=1, anchors=1)


def report(databases: Databases) -> object:
    with databases.session(Login.WORKER) as session:
        heads.report(session, clock.today())
    return clock.today()


def cut(databases: Databases, last: int) -> None:
    """Take the tail off and make the chain's own end agree."""
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("DELETE FROM tenant.audit_entry WHERE seq > :last"), {"last": last})
        session.execute(
            text(
                "UPDATE tenant.audit_head SET seq = :last, hash = e.hash FROM tenant.audit_entry e WHERE e.seq = :last"
            ),
            {"last": last},
        )


def rewrite(databases: Databases, seq: int) -> None:
    with databases.session(Login.MIGRATOR) as session:
        entry = session.query(AuditEntry).filter_by(seq=seq).one()
        entry.actor_name = "somebody else"
        entry.hash = audit.digest(vars(entry), entry.previous)
        assert session.get(AuditHead, (PLATFORM, PLATFORM))
