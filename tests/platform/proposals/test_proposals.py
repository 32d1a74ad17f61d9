"""A change is proposed from the item, decided above, and the proposer is told; a room writes for itself alone."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.proposals.models import Proposal
from huakai_platform.standards import drafts
from huakai_worker import dispatcher
from tests.support.make import Make
from tests.support.proposed import suggest
from tests.support.staffed import Staffed
from tests.support.web import post
from tests.support.worlds import GUANGZHOU, LUOYANG

NEW = "/room/proposals/new/checklist/daily"
LINK = re.compile(r'href="(/room/proposals/new/[^"]+)"')
TYPED = {"at": "sections/opening/items/exit_clear", "change": "改为每周拍照一次", "reason": "每天拍照耽误开门"}


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def office(app: Flask, make: Make, admin: Actor) -> FlaskClient:
    return make.browser(app, admin)


def rows(databases: Databases, site: Site) -> Sequence[Proposal]:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalars(select(Proposal).where(Proposal.site_id == site.id).order_by(Proposal.id)).all()


def told(databases: Databases, tenant: Any, who: Actor) -> list[str]:
    with databases.session(Login.MIGRATOR, tenant) as session:
        return list(session.scalars(select(Notice.href).where(Notice.account_id == who.account_id)))


def test_a_site_proposes_from_the_item_and_sees_what_became_of_it(
    databases: Databases, settings: Settings, app: Flask, make: Make, admin: Actor, office: FlaskClient
) -> None:
    site = make.site()
    worker = make.member(Role.SITE_WORKER, site)
    browser = make.browser(app, worker)
    page = browser.get(f"{NEW}?item=exit_clear").text
    assert '<option value="sections/opening/items/exit_clear" selected>' in page
    assert post(browser, NEW, {**TYPED, "change": "改"}).status_code == 422
    assert post(browser, NEW, {**TYPED, "at": "sections/nowhere"}).status_code == 404
    assert post(browser, NEW, TYPED).status_code == 303
    assert post(browser, NEW, TYPED).status_code == 409
    (row,) = rows(databases, site)
    assert (row.kind, row.code, row.at, row.state) == ("checklist", "daily", TYPED["at"], "open")
    with databases.session(Login.OVERSIGHT) as session:
        draft_id = drafts.begin(session, admin, {"zh": "第二版", "en": "Second"})
    accepted = post(office, f"/console/proposals/{row.id}/acceptance", {"draft": str(draft_id)})
    assert accepted.location.endswith(f"/{draft_id}/checklist/daily/entries/{TYPED['at']}")
    assert office.get(accepted.location).status_code == 200
    assert post(office, f"/console/proposals/{row.id}/refusal", {"answer": "太晚了不行"}).status_code == 409
    (row,) = rows(databases, site)
    assert (row.state, row.draft_id) == ("accepted", draft_id)
    assert f"proposals?draft={draft_id}" in office.get(f"/console/standard/drafts/{draft_id}").text
    asked = office.get(f"/console/proposals?draft={draft_id}").text
    assert TYPED["change"] in asked
    assert accepted.location in asked, "from the list straight to the place in the draft"
    with databases.session(Login.OVERSIGHT) as session:
        other = drafts.begin(session, admin, {"zh": "第三版", "en": "Third"})
    assert TYPED["change"] not in office.get(f"/console/proposals?draft={other}").text
    dispatcher.drain(databases, settings)
    assert told(databases, site.id, worker) == ["/room/proposals"]
    assert "已采纳" in browser.get("/room/proposals").text


def test_a_duplicate_is_merged_and_answered_with_the_other(
    databases: Databases, settings: Settings, make: Make, office: FlaskClient
) -> None:
    first, second = make.site(), make.site()
    heads = [make.member(Role.SITE_HEAD, one) for one in (first, second)]
    main, double = (suggest(make, one, head.account_id) for one, head in zip((first, second), heads, strict=True))
    other = suggest(make, first, heads[0].account_id, at="spaces/vent_room")
    merging = f"/console/proposals/{double}/merging"
    assert post(office, merging, {"into": str(other)}).status_code == 409
    assert post(office, merging, {"into": str(double)}).status_code == 409
    assert post(office, merging, {"into": str(main)}).status_code == 303
    assert post(office, f"/console/proposals/{main}/refusal", {"answer": ""}).status_code == 422
    assert post(office, f"/console/proposals/{main}/refusal", {"answer": "安全上不能降低"}).status_code == 303
    assert [(one.state, one.answer) for one in rows(databases, second)] == [("declined", "安全上不能降低")]
    dispatcher.drain(databases, settings)
    assert told(databases, second.id, heads[1]) == ["/room/proposals"] * 2


def test_a_draft_that_is_not_there_takes_nothing_in(databases: Databases, make: Make, office: FlaskClient) -> None:
    site = make.site()
    made = suggest(make, site, make.member(Role.SITE_HEAD, site).account_id)
    url = f"/console/proposals/{made}/acceptance"
    assert post(office, url, {"draft": str(uuid7())}).status_code == 404
    assert post(office, url, {"draft": "x"}).status_code == 422
    assert [one.state for one in rows(databases, site)] == ["open"]


def test_an_office_proposes_from_the_library_and_is_told_in_the_console(
    databases: Databases, settings: Settings, app: Flask, make: Make, office: FlaskClient
) -> None:
    regional, edition = make.member(Role.REGIONAL_OFFICE), make.site().edition_id
    browser = make.browser(app, regional)
    assert "建议修改" in browser.get(f"/console/standard/{edition}/checklist/daily").text
    assert post(browser, f"/console/proposals/new/{edition}/checklist/daily", TYPED).status_code == 303
    with databases.session(Login.OVERSIGHT) as session:
        made = session.scalars(select(Proposal.id).where(Proposal.made_by == regional.account_id)).one()
    assert post(browser, f"/console/proposals/{made}/refusal", {"answer": "自己处理自己"}).status_code == 403
    assert post(office, f"/console/proposals/{made}/refusal", {"answer": "下一版再考虑"}).status_code == 303
    dispatcher.drain(databases, settings)
    assert told(databases, PLATFORM, regional) == ["/console/proposals/mine"]
    assert "下一版再考虑" in browser.get("/console/proposals/mine").text


def test_the_list_groups_by_item_filters_and_keeps_to_the_region(app: Flask, make: Make, office: FlaskClient) -> None:
    near, far = make.site(name="近站"), make.site(name="远站", **GUANGZHOU)
    for site in (near, far):
        suggest(make, site, make.member(Role.SITE_HEAD, site).account_id)
    page = office.get("/console/proposals?kind=spaces&state=open").text
    assert "近站" in page
    assert "同上" in page
    assert "远站" not in office.get(f"/console/proposals?region={LUOYANG}").text
    assert "近站" not in office.get("/console/proposals?state=declined").text
    regional = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    assert "远站" not in regional.get("/console/proposals").text
    book = workbooks.read(office.get("/console/proposals/export?kind=spaces").data)
    assert {"近站", "远站"} <= {str(row[4].value) for row in book.sheets[0].rows[3:]}


def test_programs_read_proposals(app: Flask, make: Make, admin: Actor) -> None:
    site = make.site()
    made = suggest(make, site, admin.account_id)
    signed = {"Authorization": f"Bearer {make.bearer(admin)}"}
    items = app.test_client().get("/api/v1/proposals?limit=200", headers=signed).get_json()["items"]
    assert str(made) in {one["id"] for one in items}


def test_a_room_writes_and_sees_its_own_only(databases: Databases, make: Make, admin: Actor) -> None:
    mine, other = make.site(), make.site()
    suggest(make, other, admin.account_id)
    write = text(
        "INSERT INTO platform.proposal (id, institution_id, site_id, edition_id, kind, code, at, change, reason, state,"
        " made_by, made_at) SELECT gen_random_uuid(), institution_id, id, edition_id, 'spaces', 'spaces', '', 'c', 'r',"
        " :state, gen_random_uuid(), now() FROM platform.site WHERE id = :site"
    )
    for site, state in ((other, "open"), (mine, "accepted")):
        with pytest.raises(ProgrammingError), databases.session(Login.TENANT, mine.id) as session:
            session.execute(write, {"site": site.id, "state": state})
    with databases.session(Login.TENANT, mine.id) as session:
        assert session.scalars(select(Proposal)).all() == []


@pytest.mark.parametrize(
    ("page", "kind", "item"),
    [
        ("/room/spaces", "spaces", "reception_corner"),
        ("/room/equipment/required", "equipment", "extinguisher"),
        ("/room/wall-documents", "wall_documents", "hotline"),
        ("/room/registers/visitors", "register", None),
        ("/room/training", "curricula", "key_groups"),
        ("/room/staff", "posts", "counsellor"),
        ("/room/activities/plan", "activity_themes", None),
    ],
)
def test_every_page_of_the_standard_leads_from_its_items_to_a_proposal(
    app: Flask, make: Make, page: str, kind: str, item: str | None
) -> None:
    room = Staffed(make, make.site())
    room.space("reception_corner", "10")
    room.member("S1", "counsellor", "A")
    room.member("S2", "site_head", "A")
    browser = make.browser(app, make.member(Role.SITE_HEAD, room.site))
    post(browser, "/room/activities/plan", {"year": str(clock.today().year)})
    links = [link for link in LINK.findall(browser.get(page).text) if f"/{kind}/" in link]
    assert links
    assert item is None or any(link.endswith(f"item={item}") for link in links)
    assert all(browser.get(link).status_code == 200 for link in links[:3])
