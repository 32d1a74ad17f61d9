"""Signed heads: one file a day outside the database, by which a tail cut anywhere is found."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import FileRefused, HuakaiError
from huakai_platform.kernel.ids import uuid7
from huakai_platform.trail import heads, verifying
from huakai_platform.trail.heads import Tree
from huakai_platform.trail.models import SignedHeads
from huakai_platform.trail.verifying import Fault
from tests.support.make import Make


@pytest.fixture
def signing(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, audit_key=bytes(range(32)), audit_export=tmp_path / "outside")


def signed(databases: Databases, settings: Settings, day: date | None = None) -> Path:
    with databases.session(Login.WORKER) as session:
        heads.report(session, day or clock.today())
        return heads.sign(session, settings, day or clock.today())


def record(databases: Databases, count: int) -> None:
    for _number in range(count):
        with databases.session(Login.OVERSIGHT) as session:
            audit.record(session, None, "sites.created", "site", "花")


def test_the_file_outside_finds_a_tail_cut_with_all_traces_inside(databases: Databases, signing: Settings) -> None:
    record(databases, 5)
    path = signed(databases, signing)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("DELETE FROM tenant.audit_entry WHERE seq > 3"))
        session.execute(
            text("UPDATE tenant.audit_head SET seq = 3, hash = (SELECT hash FROM tenant.audit_entry WHERE seq = 3)")
        )
        session.execute(text("DELETE FROM oversight.reported_head"))
    copy = heads.read(path, trusted=heads.public_key(signing))
    known = [anchor for _tenant, anchor in heads.anchors(path, copy.day)]
    with databases.session(Login.OVERSIGHT) as session:
        assert verifying.verify(session).broken is None
        found = verifying.verify(session, known).broken
    assert found
    assert (found.seq, found.fault, found.day) == (4, Fault.CUT, clock.today())


def test_all_chains_of_the_day_are_listed(databases: Databases, signing: Settings, make: Make) -> None:
    record(databases, 2)
    sites = [make.site() for _number in range(5)]
    for site in sites:
        with databases.session(Login.WORKER, site.id) as session:
            audit.record(session, None, "sites.opened", "site", site.id)
            heads.report(session, clock.today())
    path = signed(databases, signing)
    assert heads.read(path).count == 6
    listed = [tenant_id for tenant_id, _anchor in heads.anchors(path, clock.today())]
    assert set(listed) == {site.id for site in sites} | {listed[0]}
    assert listed == sorted(listed)


def test_signing_again_changes_nothing_and_writes_a_lost_file_anew(databases: Databases, signing: Settings) -> None:
    record(databases, 2)
    path = signed(databases, signing)
    before = path.read_bytes()
    record(databases, 1)
    assert signed(databases, signing).read_bytes() == before
    path.unlink()
    assert signed(databases, signing).read_bytes() == before


def test_a_day_names_the_document_before_it(databases: Databases, signing: Settings) -> None:
    record(databases, 1)
    signed(databases, signing, clock.today() - timedelta(days=1))
    signed(databases, signing)
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.query(SignedHeads).order_by(SignedHeads.day).all()
    assert rows[0].document["previous"] is None
    assert len(rows[1].document["previous"]) == 64


@pytest.mark.parametrize("spoil", ["root", "head", "last", "signature", "key", "empty", "words"])
def test_a_file_that_was_touched_is_refused(databases: Databases, signing: Settings, spoil: str) -> None:
    record(databases, 1)
    path = signed(databases, signing)
    lines = path.read_bytes().splitlines(keepends=True)
    spoiled = {
        "root": lines[0].replace(b'"count":1', b'"count":2') + lines[1],
        "head": lines[0] + lines[1].replace(b",1,", b",2,"),
        "last": lines[0],
        "signature": lines[0].replace(b'"signature":"', b'"signature":"AA') + lines[1],
        "key": lines[0].replace(b'"public_key":"', b'"public_key":"AAAA') + lines[1],
        "empty": b"",
        "words": b"no json\n",
    }[spoil]
    path.write_bytes(spoiled)
    with pytest.raises(FileRefused):
        heads.read(path)


def test_a_file_under_another_key_is_refused_where_ours_is_known(databases: Databases, signing: Settings) -> None:
    record(databases, 1)
    path = signed(databases, replace(signing, audit_key=bytes(32)))
    heads.read(path)
    with pytest.raises(FileRefused):
        heads.read(path, trusted=heads.public_key(signing))


def test_without_a_key_nothing_is_signed(databases: Databases, signing: Settings) -> None:
    record(databases, 1)
    with pytest.raises(HuakaiError, match="HUAKAI_AUDIT_KEY"):
        signed(databases, replace(signing, audit_key=None))
    assert not list(signing.audit_export.glob("heads-*"))


@pytest.mark.parametrize("count", range(1, 18))
def test_the_tree_is_that_of_the_standard(count: int) -> None:
    leaves = [(uuid7(), number, bytes([number] * 32)) for number in range(count)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root() == _root([hashlib.sha256(b"\0" + heads._leaf(leaf)).digest() for leaf in leaves])


def _root(nodes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is written there."""
    if len(nodes) == 1:
        return nodes[0]
    left = 1 << ((len(nodes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + _root(nodes[:left]) + _root(nodes[left:])).digest()
