"""The menu: what a role may open, where it stands, and the counts beside it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.web.navigation import MENU, ON_A_DESK, ON_A_PHONE, bar
from huakai_tenants.checklists.models import ChecklistRun
from tests.support.make import Make


def test_every_entry_leads_to_a_page_that_exists(app: Flask) -> None:
    entries = [entry for _label, section in MENU for entry in section]

    assert [entry.endpoint for entry in entries if entry.endpoint not in app.view_functions] == []
    assert len({entry.endpoint for entry in entries}) == len(entries)


@pytest.mark.parametrize("number", range(1, 14))
def test_what_does_not_fit_the_bar_is_under_more(number: int) -> None:
    nav: list[dict[str, Any]] = [{"label": None, "items": [{"label": str(one)} for one in range(number)]}]

    places = [entry["place"] for entry in bar(nav)]

    assert len(places) == number
    assert places.count("phone") <= ON_A_PHONE + 1
    assert places.count("phone") + places.count("desk") <= ON_A_DESK + 1
    assert places == sorted(places, key=["phone", "desk", "more"].index)
    assert places.count("more") != 1


@pytest.mark.parametrize("role", Role)
def test_the_menu_shows_what_the_role_may_open(app: Flask, make: Make, role: Role) -> None:
    actor = make.member(role)
    client = make.browser(app, actor)
    page = client.get("/console/" if role.plane == "console" else "/room/").text

    for _label, section in MENU:
        for entry in section:
            with app.test_request_context():
                shown = f'href="{app.url_for(entry.endpoint)}"' in page
            assert shown or not actor.can(entry.permission), entry.endpoint
    assert client.get("/account").status_code == 200


def test_overdue_checklists_are_counted_in_the_menu(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    assert head.site_id
    today = clock.today()
    for days, done in ((1, None), (2, None), (3, clock.now()), (-1, None)):
        day = today - timedelta(days=days)
        run = ChecklistRun(
            edition_id=make.site().edition_id,
            code="daily",
            period_start=day,
            due_on=day,
            created_at=clock.now(),
            completed_at=done,
        )
        make.add(run, head.site_id)

    for path in ("/room/", "/account"):
        assert '<span class="badge badge-count num">2</span>' in make.browser(app, head).get(path).text
