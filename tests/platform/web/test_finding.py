"""Go-to and search: pages by name, sites within reach, a room's own checklists."""

import pytest
from flask import Flask

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.onboarding import grams
from huakai_tenants.checklists.models import ChecklistRun
from tests.support.make import Make

GUANGZHOU = ["440106003000", "440106000000", "440100000000", "440000000000", "000000000000"]
HITS = {"HX-Request": "true", "HX-Target": "goto-hits"}


@pytest.mark.parametrize("words", ["运行状态", "运行", "stat", "STAT", "yxzt", "yx"])
def test_a_page_is_found_in_both_languages_and_by_initials(app: Flask, make: Make, words: str) -> None:
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert 'href="/console/jobs" data-hit' in admin.get("/console/search", query_string={"q": words}).text


def test_pages_are_found_by_permission(app: Flask, make: Make) -> None:
    auditor = make.browser(app, make.member(Role.AUDITOR))
    volunteer = make.browser(app, make.member(Role.VOLUNTEER))

    assert 'href="/console/jobs" data-hit' not in auditor.get("/console/search").text
    assert 'href="/room/team" data-hit' not in volunteer.get("/room/search").text
    assert 'href="/room/checklists" data-hit' in volunteer.get("/room/search").text


@pytest.mark.parametrize("words", ["安乐窝", "HK-77", "hk-77", "alw", "开元路第七", "ALW"])
def test_a_site_is_found_by_name_number_initials_and_community(app: Flask, make: Make, words: str) -> None:
    site = make.site(
        name="安乐窝心晴驿站",
        code="HK-770001",
        community="开元路第七社区",
        grams=grams.of("安乐窝心晴驿站", "HK-770001", "开元路第七社区"),
    )
    other = make.site(name="别处咨询室", grams=grams.of("别处咨询室", "HK-410311-0002"))
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))

    page = office.get("/console/search", query_string={"q": words}).text

    assert str(site.id) in page
    assert str(other.id) not in page


def test_sites_beyond_reach_are_not_found(app: Flask, make: Make) -> None:
    make.site(name="天河一号", code="HK-9", ancestors=GUANGZHOU, grams=grams.of("天河一号", "HK-9"))
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert "天河一号" not in office.get("/console/search", query_string={"q": "天河一"}).text
    assert "天河一号" in admin.get("/console/search", query_string={"q": "天河一"}).text


def test_a_room_finds_its_own_checklists_only(app: Flask, make: Make) -> None:
    head, other = make.member(Role.SITE_HEAD), make.member(Role.SITE_HEAD)
    runs = []
    for person in (head, other):
        assert person.site_id
        run = ChecklistRun(
            edition_id=make.site().edition_id,
            code="daily",
            period_start=clock.today(),
            due_on=clock.today(),
            created_at=clock.now(),
        )
        runs.append(make.add(run, person.site_id))

    page = make.browser(app, head).get("/room/search", query_string={"q": clock.today().isoformat()}).text

    assert f"/room/checklists/{runs[0].id}" in page
    assert f"/room/checklists/{runs[1].id}" not in page


def test_the_dialog_gets_the_hits_alone_and_the_page_works_without(app: Flask, make: Make) -> None:
    for role, path in ((Role.INSTITUTION_ADMIN, "/console/search"), (Role.SITE_WORKER, "/room/search")):
        client = make.browser(app, make.member(role))
        hits = client.get(path, headers=HITS).text
        assert "data-hit" in hits
        assert "<html" not in hits
        assert 'name="q"' in client.get(path, query_string={"q": "没有这个"}).text
        assert client.get("/search", query_string={"q": "x"}).location == f"{path}?q=x"
        assert client.get(path, query_string={"q": "很" * 61}).status_code == 422
