"""Sealed bytes open in their own place only, whoever moves them in the database."""

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huakai_deploy.local import Urls
from huakai_platform.kernel import crypto, vault
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.crypto import DataKey, Place, Sealed
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from tests.support.make import Make

KEY = DataKey(1, bytes(range(32)))
HERE = Place(UUID(int=1), "contact", "phone_sealed", UUID(int=2))
SEALED = crypto.seal(KEY, HERE, b"13800000000")


@pytest.mark.parametrize(
    "there",
    [
        replace(HERE, tenant_id=UUID(int=9)),
        replace(HERE, table="case_file"),
        replace(HERE, column="name_sealed"),
        replace(HERE, row_id=UUID(int=9)),
        replace(HERE, version=2),
    ],
)
def test_moved_bytes_do_not_open(there: Place) -> None:
    assert crypto.unseal(KEY, HERE, SEALED) == b"13800000000"
    with pytest.raises(Sealed):
        crypto.unseal(KEY, there, SEALED)


@given(at=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_does_not_open(at: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= 1 << bit
    with pytest.raises(Sealed):
        crypto.unseal(KEY, HERE, bytes(changed))


@given(size=st.integers(0, len(SEALED) - 1))
def test_a_shortened_one_does_not_open(size: int) -> None:
    with pytest.raises(Sealed):
        crypto.unseal(KEY, HERE, SEALED[:size])


def test_another_key_or_generation_does_not_open() -> None:
    for key in (DataKey(1, bytes(32)), DataKey(2, KEY.secret)):
        with pytest.raises(Sealed):
            crypto.unseal(key, HERE, SEALED)


def test_another_master_key_does_not_unwrap() -> None:
    _key, wrapped = crypto.mint(bytes(32))
    with pytest.raises(Sealed):
        crypto.unwrap(bytes(range(32)), wrapped, 1)


@pytest.fixture
def neighbours(make: Make, databases: Databases, settings: Settings) -> tuple[UUID, UUID, UUID]:
    """Two rooms that keep a number of the same person."""
    person, rooms = uuid7(), (make.site().id, make.site().id)
    for number, site_id in enumerate(rooms):
        with databases.session(Login.WORKER, site_id) as session:
            key = vault.ensure_key(session, settings.master_key)
            vault.keep_phones(session, key, {person: f"1380000000{number}"})
    return (*rooms, person)


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE confidential.contact SET phone_sealed = (SELECT phone_sealed FROM confidential.contact"
        " WHERE tenant_id = %(theirs)s) WHERE tenant_id = %(mine)s",
        "DELETE FROM confidential.contact WHERE tenant_id = %(mine)s;"
        "UPDATE confidential.contact SET tenant_id = %(mine)s WHERE tenant_id = %(theirs)s",
        "DELETE FROM confidential.data_key WHERE tenant_id = %(mine)s;"
        "UPDATE confidential.data_key SET tenant_id = %(mine)s WHERE tenant_id = %(theirs)s",
        "DELETE FROM confidential.contact WHERE tenant_id = %(mine)s;"
        "DELETE FROM confidential.data_key WHERE tenant_id = %(mine)s;"
        "UPDATE confidential.data_key SET tenant_id = %(mine)s WHERE tenant_id = %(theirs)s;"
        "UPDATE confidential.contact SET tenant_id = %(mine)s WHERE tenant_id = %(theirs)s",
        "UPDATE confidential.contact SET id = gen_random_uuid() WHERE tenant_id = %(mine)s",
    ],
    ids=["the bytes", "the row", "the key", "row and key", "to another id"],
)
def test_not_even_a_superuser_moves_a_number(
    databases: Databases, settings: Settings, urls: Urls, neighbours: tuple[UUID, UUID, UUID], move: str
) -> None:
    mine, theirs, person = neighbours
    with psycopg.connect(urls.login("postgres"), cursor_factory=psycopg.ClientCursor) as superuser:
        superuser.execute(move.encode(), {"mine": mine, "theirs": theirs})

    with databases.session(Login.TENANT, mine) as session, pytest.raises(Sealed):
        vault.phone_of(session, settings.master_key, person)
