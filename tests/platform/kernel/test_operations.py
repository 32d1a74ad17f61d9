"""An operation knows whose it is, where its sites lie, and once it has ended how its items did."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from huakai_platform.kernel import operations
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.kernel.sites import Site
from huakai_platform.regions.service import COUNTRY
from huakai_worker.jobs import notices
from tests.support.make import ANCESTORS, Make

NEXT_DOOR = ["410311003000", *ANCESTORS[1:]]
GUANGZHOU = ["440103001000", "440103000000", "440100000000", "440000000000", COUNTRY]


def begin(make: Make, actor: Actor | None, *sites: Site) -> UUID:
    with make.databases.session(Login.OVERSIGHT) as session:
        return operations.start(session, actor, "open_sites", "开通站点", [(one.id, one.name) for one in sites]).id


def end(make: Make, operation: UUID, site: Site, error: str | None = None) -> None:
    with make.databases.session(Login.WORKER) as session:
        operations.finish_item(session, operation, site.id, error=error)


def look(make: Make) -> None:
    with make.databases.session(Login.WORKER) as session:
        notices.see_endings(session)


def read(make: Make, operation: UUID) -> Operation:
    with make.databases.session(Login.OVERSIGHT) as session:
        return session.get_one(Operation, operation)


def counts(make: Make, operation: UUID) -> tuple[int | None, int | None, int | None]:
    row = read(make, operation)
    return row.done, row.failed, row.cancelled


def test_it_lies_in_the_lowest_region_that_holds_all_its_sites(make: Make) -> None:
    here, also, near = make.site(), make.site(), make.site(region_code=NEXT_DOOR[0], ancestors=NEXT_DOOR)
    far = make.site(region_code=GUANGZHOU[0], ancestors=GUANGZHOU)
    mine = make.institution().id

    for sites, ancestors in (
        ((here, also), ANCESTORS),
        ((here, near, also), ANCESTORS[1:]),
        ((here, far), [COUNTRY]),
    ):
        row = read(make, begin(make, None, *sites))
        assert (row.institution_id, row.ancestors) == (mine, ancestors)


def test_without_sites_it_is_its_starters(make: Make) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)

    assert read(make, begin(make, admin)).institution_id == admin.institution_id
    assert read(make, begin(make, replace(admin, institution_id=None))).ancestors is None


def test_its_counts_stand_from_its_end_until_it_goes_on(make: Make) -> None:
    admin, sites = make.member(Role.INSTITUTION_ADMIN), [make.site(), make.site()]
    operation = begin(make, admin, *sites)
    end(make, operation, sites[0])
    look(make)
    assert counts(make, operation) == (None, None, None)

    end(make, operation, sites[1], error="没有通过")
    assert counts(make, operation) == (None, None, None)
    look(make)
    assert counts(make, operation) == (1, 1, 0)

    with make.databases.session(Login.OVERSIGHT) as session:
        operations.resume(session, admin, operation)
    assert counts(make, operation) == (None, None, None)


def test_an_item_that_ends_anew_is_counted_anew_and_nobody_is_told_again(make: Make) -> None:
    site = make.site()
    operation = begin(make, None, site)
    end(make, operation, site, error="没有通过")
    look(make)
    told = read(make, operation).told_at

    end(make, operation, site)
    assert counts(make, operation) == (None, None, None)
    look(make)

    assert counts(make, operation) == (1, 0, 0)
    assert read(make, operation).told_at == told


def test_who_counts_waits_for_what_ends_at_the_moment(make: Make) -> None:
    site = make.site()
    operation = begin(make, None, site)
    end(make, operation, site, error="没有通过")
    with make.databases.session(Login.WORKER) as session:
        operations.finish_item(session, operation, site.id)
        look(make)
        assert session.scalar(select(OperationItem.state)) == ItemState.DONE
    assert counts(make, operation) == (None, None, None)

    look(make)

    assert counts(make, operation) == (1, 0, 0)
