"""Registers through the service, against the real database."""

from collections.abc import Iterator
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, FileRefused, NotFound
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import importing, imports, summaries
from huakai_platform.onboarding.importing import Applied
from huakai_platform.onboarding.models import RegisterImport, SiteEvent, SiteIntake
from tests.support.lookups import REGISTER, REGISTER_WITH_ERRORS
from tests.support.make import Make

REASON = "同一社区的第二个服务点"


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def session(databases: Databases) -> Iterator[Session]:
    with databases.session(Login.OVERSIGHT) as session:
        yield session


def check(session: Session, actor: Actor, *, errors: bool = False) -> RegisterImport:
    path = REGISTER_WITH_ERRORS if errors else REGISTER
    return importing.check(session, actor, path.name, path.read_bytes())


def import_(session: Session, actor: Actor, *, errors: bool = False) -> Applied:
    return importing.apply(session, actor, check(session, actor, errors=errors).id)


def sites(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Site)) or 0


def test_a_dry_run_writes_nothing_but_itself(session: Session, admin: Actor) -> None:
    kept = check(session, admin)

    assert kept.summary["counts"] == {"new": 319}
    assert kept.state == "checked"
    assert sites(session) == 0


def test_319_rooms_go_in_once(session: Session, admin: Actor) -> None:
    assert import_(session, admin) == Applied(created=319, present=0, refused=0)
    assert import_(session, admin) == Applied(created=0, present=319, refused=0)
    assert sites(session) == 319


def test_the_fourteen_mistakes_stay_out_and_the_good_rows_go_in(session: Session, admin: Actor) -> None:
    kept = check(session, admin, errors=True)

    bad = [line for line in summaries.lines(kept.summary) if line.state in ("error", "possible_duplicate")]
    assert {told.cell for line in bad for told in line.problems if told.severity != "warning"} == {
        *("E7", "E13", "C19", "J26", "N34", "N45", "B61", "Q68", "B77", "E92", "S103", "B124", "P135", "D144")
    }
    assert importing.apply(session, admin, kept.id) == Applied(created=305, present=0, refused=14)


def test_either_order_ends_with_the_same_319_sites(session: Session, admin: Actor) -> None:
    assert import_(session, admin, errors=True).created == 305
    assert import_(session, admin) == Applied(created=14, present=305, refused=0)
    assert import_(session, admin, errors=True) == Applied(created=0, present=305, refused=14)
    assert sites(session) == 319


def test_a_site_from_the_register_is_whole(session: Session, admin: Actor) -> None:
    kept = check(session, admin)
    importing.apply(session, admin, kept.id)

    site = session.scalars(select(Site).order_by(Site.created_at, Site.id)).first()
    assert site is not None
    assert (site.state, site.guided, site.edition_id, site.version) == ("approved", True, None, 1)
    assert site.ancestors[0] == site.region_code
    assert site.ancestors[-1] == "000000000000"
    assert site.grams
    event = session.scalars(select(SiteEvent).where(SiteEvent.site_id == site.id)).one()
    assert (event.from_state, event.to_state, event.reason) == (None, "approved", REGISTER.name)
    assert event.account_id == admin.account_id
    assert session.get_one(SiteIntake, site.id).people["A"]["name"]
    codes = session.scalars(select(Site.code)).all()
    assert len(set(codes)) == 319
    assert all(len(code) == 14 and code.startswith("HK-4103") for code in codes)


def test_numbers_go_on_where_the_county_stands(session: Session, admin: Actor, make: Make) -> None:
    make.site(code="HK-410311-0007", place_code="410311002900")

    import_(session, admin)

    later = session.scalars(select(Site.code).where(Site.code.startswith("HK-410311-"))).all()
    assert min(set(later) - {"HK-410311-0007"}) == "HK-410311-0008"


def test_the_file_is_let_go_when_the_import_has_ended(session: Session, admin: Actor) -> None:
    kept = check(session, admin, errors=True)
    assert "12345" in str(kept.summary)

    importing.apply(session, admin, kept.id)

    assert kept.content is None
    assert "samples" not in kept.mapping
    assert "12345" not in str(kept.summary)
    assert "B0065" not in str(kept.summary)
    with pytest.raises(Conflict):
        importing.recheck(session, admin, kept.id, overrides={92: REASON})


def test_applying_twice_gives_the_same_answer(session: Session, admin: Actor) -> None:
    kept = check(session, admin)

    assert importing.apply(session, admin, kept.id) == importing.apply(session, admin, kept.id)
    assert len(imports.candidates(session, admin, kept)) == 319


def test_a_possible_duplicate_needs_a_reason_which_is_remembered(session: Session, admin: Actor) -> None:
    kept = check(session, admin, errors=True)

    importing.recheck(session, admin, kept.id, overrides={92: "短"})
    assert kept.summary["counts"]["possible_duplicate"] == 1
    importing.recheck(session, admin, kept.id, overrides={92: REASON})
    assert "possible_duplicate" not in kept.summary["counts"]

    assert importing.apply(session, admin, kept.id).created == 306
    event = session.scalars(select(SiteEvent).where(SiteEvent.details["override"].is_not(None))).one()
    assert event.details is not None
    assert event.details["override"] == REASON
    assert event.details["row"] == 92


def test_a_corrected_column_is_read_instead(session: Session, admin: Actor) -> None:
    kept = check(session, admin)
    name = kept.mapping["columns"]["name"]

    importing.recheck(session, admin, kept.id, mapping={"name": None})
    assert kept.summary["missing"] == ["name"]
    importing.recheck(session, admin, kept.id, mapping={"name": name})

    assert kept.summary["counts"] == {"new": 319}
    assert "missing" not in kept.summary


def test_a_regional_office_takes_in_its_own_region_only(session: Session, make: Make) -> None:
    office = make.member(Role.REGIONAL_OFFICE, region_code="410311000000")

    kept = check(session, office)

    foreign = [line for line in summaries.lines(kept.summary) if line.state == "error"]
    assert {problem.code for line in foreign for problem in line.problems} == {"region_foreign"}
    applied = importing.apply(session, office, kept.id)
    assert applied.created + applied.refused == 319
    assert 0 < applied.created < 319
    assert all("410311000000" in above for above in session.scalars(select(Site.ancestors)))


def test_an_import_of_somebody_else_is_not_there(session: Session, admin: Actor, make: Make) -> None:
    office = make.member(Role.REGIONAL_OFFICE)
    theirs = check(session, admin)

    with pytest.raises(NotFound):
        imports.get(session, office, theirs.id)
    with pytest.raises(NotFound):
        importing.apply(session, office, theirs.id)


def test_a_discarded_import_is_over(session: Session, admin: Actor) -> None:
    kept = check(session, admin)

    importing.discard(session, admin, kept.id)

    assert (kept.state, kept.content) == ("discarded", None)
    with pytest.raises(Conflict):
        importing.apply(session, admin, kept.id)


def test_what_is_no_register_is_refused(session: Session, admin: Actor) -> None:
    with pytest.raises(FileRefused):
        importing.check(session, admin, "x.csv", b"a,b\n1,2\n")


def test_two_imports_at_once_bring_each_site_once(databases: Databases, make: Make) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    applied: list[Applied] = []
    with databases.session(Login.OVERSIGHT) as session:
        waiting = [check(session, admin).id, check(session, admin).id]

    def apply(import_id: UUID) -> None:
        with databases.session(Login.OVERSIGHT) as session:
            applied.append(importing.apply(session, admin, import_id))

    threads = [Thread(target=apply, args=(one,)) for one in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.created for one in applied) == [0, 319]
    assert sorted(one.present for one in applied) == [0, 319]
