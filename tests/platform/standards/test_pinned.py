"""A room works by its own edition, and can be looked at as if it worked by another."""

import pytest

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service
from huakai_platform.standards.pinned import find, pinned, under
from tests.support.make import Make


def test_a_room_is_held_to_the_edition_it_was_opened_with(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.TENANT, site.id) as session:
        held = pinned(session)
        assert (held.edition_id, held.tier) == (service.newest(session), site.tier)


def test_trying_another_edition_ends_and_writes_nothing(databases: Databases, make: Make) -> None:
    site, other = make.site(), uuid7()
    with databases.session(Login.TENANT, site.id) as session:
        with under(session, other):
            assert pinned(session).edition_id == other
        assert pinned(session).edition_id != other
        assert not session.dirty
        assert session.get_one(Site, site.id).edition_id != other


def test_a_site_that_was_not_opened_is_held_to_nothing(databases: Databases, make: Make) -> None:
    site = make.site(edition_id=None)
    with databases.session(Login.TENANT, site.id) as session:
        assert find(session) is None
        with pytest.raises(NotFound):
            pinned(session)
