"""Sealing a score: asked twice, kept byte for byte, computed again by anybody, untouched by later editions."""

import json
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from huakai_platform.compliance import bundle
from huakai_platform.compliance.models import Assessment, OversightVisit
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import EditionFiles, Shipped, digest, edition_digest, load_shipped
from tests.support.make import Make
from tests.support.staffed import good
from tests.support.web import post
from tests.support.worlds import GUANGZHOU, LUOYANG

TODAY = clock.today()
LIST = "/console/compliance"


@pytest.fixture
def site(make: Make) -> Site:
    return good(make, TODAY).site


@pytest.fixture
def files() -> EditionFiles:
    """A later edition in which everything gives the lowest share."""
    shipped = load_shipped()
    changed = json.loads(json.dumps(shipped.find("indicators")))
    for one in changed["indicators"]:
        one["bands"] = [{"at_least": 1000, "share": 100}]
    kept = [one for one in shipped.definitions if one.kind != "indicators"]
    definitions = (*kept, Shipped("indicators", "indicators", changed, digest(changed)))
    number = edition_digest(2, {(one.kind, one.code): one.digest for one in definitions})
    return EditionFiles(2, shipped.title, definitions, number)


def sealed(databases: Databases, site: UUID) -> list[Assessment]:
    with databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Assessment).where(Assessment.tenant_id == site)))


def form(site: Site) -> dict[str, str]:
    return {"on": TODAY.isoformat(), "confirm": site.code}


def test_a_sealed_score_is_downloaded_and_computed_again(
    app: Flask, databases: Databases, make: Make, site: Site
) -> None:
    browser = make.browser(app, make.member(Role.AUDITOR))
    answer = post(browser, f"{LIST}/{site.id}/assessments", form(site))
    assert (answer.status_code, answer.location.startswith(f"{LIST}/{site.id}?on={TODAY}")) == (303, True)
    [row] = sealed(databases, site.id)
    assert row.digest[:16] in browser.get(f"{LIST}/{site.id}").text
    data = browser.get(f"{LIST}/{site.id}/assessments/{row.id}").data
    verdict = bundle.verify(data)
    assert (data, verdict.differences, verdict.result["grade"]) == (row.bundle, (), "excellent")
    assert verdict.about["site"] == site.code
    assert "人员" not in json.dumps(json.loads(data)["inputs"], ensure_ascii=False)
    with databases.session(Login.WORKER, PLATFORM) as session:
        [deed] = session.scalars(select(AuditEntry).where(AuditEntry.deed == "assessments.sealed"))
        assert deed.detail["digest"] == row.digest


def test_the_room_downloads_its_own_and_nobody_elses(app: Flask, databases: Databases, make: Make, site: Site) -> None:
    post(make.browser(app, make.member(Role.INSTITUTION_ADMIN)), f"{LIST}/{site.id}/assessments", form(site))
    [row] = sealed(databases, site.id)
    mine, other = (make.browser(app, make.member(Role.SITE_HEAD, where)) for where in (site, make.site()))
    assert mine.get(f"/room/compliance/assessments/{row.id}").data == row.bundle
    assert other.get(f"/room/compliance/assessments/{row.id}").status_code == 404


def test_nothing_is_sealed_unless_it_is_confirmed(app: Flask, databases: Databases, make: Make, site: Site) -> None:
    browser = make.browser(app, make.member(Role.AUDITOR))
    for wrong in ({}, {"confirm": "yes"}, {"confirm": site.code.lower()}, {"confirm": "x" * 99}):
        answer = post(browser, f"{LIST}/{site.id}/assessments", {"on": TODAY.isoformat(), **wrong})
        assert answer.status_code == 422, wrong
        assert site.code in answer.text
    for wrong in ({}, {"on": "soon"}, {"on": "2999-01-01"}, {"on": "1999-01-01"}):
        assert post(browser, f"{LIST}/{site.id}/assessments", {"confirm": site.code, **wrong}).status_code == 422, wrong
    with databases.session(Login.OVERSIGHT) as session:
        assert list(session.scalars(select(OversightVisit.id))) == []
    assert sealed(databases, site.id) == []


def test_a_form_that_is_sent_twice_seals_once(app: Flask, databases: Databases, make: Make, site: Site) -> None:
    browser = make.browser(app, make.member(Role.AUDITOR))
    once = form(site) | {"idempotency_key": "k1"}
    answers = [post(browser, f"{LIST}/{site.id}/assessments", once) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert len(sealed(databases, site.id)) == 1


def test_nothing_that_was_measured_is_nothing_to_seal(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(edition_id=None)
    browser = make.browser(app, make.member(Role.AUDITOR))
    assert post(browser, f"{LIST}/{site.id}/assessments", form(site)).status_code == 404


def test_a_site_out_of_reach_is_not_sealed(app: Flask, databases: Databases, make: Make) -> None:
    far = make.site(**GUANGZHOU)
    browser = make.browser(app, make.member(Role.AUDITOR, region_code=LUOYANG))
    assert post(browser, f"{LIST}/{far.id}/assessments", form(far)).status_code == 404
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    assert post(office, f"{LIST}/{far.id}/assessments", form(far)).status_code == 403
    assert sealed(databases, far.id) == []


def test_a_later_edition_changes_no_earlier_score(
    app: Flask, databases: Databases, make: Make, site: Site, files: EditionFiles
) -> None:
    browser = make.browser(app, make.member(Role.AUDITOR))
    post(browser, f"{LIST}/{site.id}/assessments", form(site))
    [before] = sealed(databases, site.id)
    with databases.session(Login.MIGRATOR) as session:
        edition = standards.publish(session, files)
        session.execute(update(Site).where(Site.id == site.id).values(edition_id=edition))
    assert "核心指标不合格，总评封顶" in browser.get(f"{LIST}/{site.id}").text
    [after] = sealed(databases, site.id)
    assert (after.bundle, after.grade, after.percent) == (before.bundle, "excellent", before.percent)
    assert bundle.verify(after.bundle).differences == ()


def test_no_login_of_the_product_changes_a_sealed_score(
    app: Flask, databases: Databases, make: Make, site: Site
) -> None:
    post(make.browser(app, make.member(Role.AUDITOR)), f"{LIST}/{site.id}/assessments", form(site))
    for login in (Login.OVERSIGHT, Login.TENANT, Login.WORKER):
        for deed in (update(Assessment).values(grade="good"), delete(Assessment)):
            with pytest.raises(ProgrammingError), databases.session(login, site.id) as session:
                session.execute(deed)
    assert sealed(databases, site.id)[0].grade == "excellent"
