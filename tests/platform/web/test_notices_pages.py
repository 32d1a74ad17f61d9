"""A person's own notices: the list, the bell, reading one and reading all."""

from uuid import UUID

import pytest
from flask import Flask

from huakai_platform.kernel import clock, notices
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.tenancy import PLATFORM
from tests.support import web
from tests.support.make import Make

ROLES = (Role.INSTITUTION_ADMIN, Role.VOLUNTEER)


def tell(make: Make, actor: Actor, text: str = "检查单已逾期", href: str = "/", **changes: object) -> UUID:
    told = uuid7()
    values = {"id": told, "account_id": actor.account_id, "dedup": str(told), "kind": "t", "created_at": clock.now()}
    make.add(Notice(text=text, href=href, **(values | changes)), actor.site_id or PLATFORM)
    return told


def path(actor: Actor) -> str:
    assert actor.role
    return f"/{actor.role.plane}/notices"


@pytest.mark.parametrize("role", ROLES)
def test_one_sees_the_own_notices_and_how_many_are_unread(app: Flask, make: Make, role: Role) -> None:
    actor, other = make.member(role), make.member(role)
    tell(make, actor, "给我的")
    tell(make, actor, "看过的", read_at=clock.now())
    tell(make, other, "给别人的")
    client = make.browser(app, actor)

    page = client.get(path(actor)).text

    assert "给我的" in page
    assert "看过的" in page
    assert "给别人的" not in page
    assert page.index("给我的") < page.index("看过的")
    assert "通知，1 条未读" in page
    assert "看过的" not in client.get(path(actor), query_string={"show": "unread"}).text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("href", "target"),
    [("/account", "/account"), ("//evil.com/x", None), ("https://evil.com", None), ("/nowhere", None)],
)
def test_opening_one_marks_it_and_stays_within_the_product(
    app: Flask, make: Make, role: Role, href: str, target: str | None
) -> None:
    actor = make.member(role)
    told = tell(make, actor, href=href)
    client = make.browser(app, actor)

    answer = client.post(f"{path(actor)}/{told}/opening", data={"csrf_token": web.token(client)})

    assert answer.location == (target or path(actor))
    assert "通知，0 条未读" in client.get(path(actor)).text
    if target is None:
        assert "evil.com" not in client.get(path(actor)).text


@pytest.mark.parametrize("role", ROLES)
def test_all_can_be_read_at_once_and_twice_does_no_harm(app: Flask, make: Make, role: Role) -> None:
    actor, other = make.member(role), make.member(role)
    for number in range(3):
        tell(make, actor, f"第 {number} 条")
    tell(make, other)
    client = make.browser(app, actor)
    sure = {"csrf_token": web.token(client)}

    first = client.post(f"{path(actor)}/reading", data=sure, follow_redirects=True).text
    second = client.post(f"{path(actor)}/reading", data=sure, follow_redirects=True).text

    assert "已标记 3 条为已读" in first
    assert "没有未读的通知" in second
    assert "通知，1 条未读" in make.browser(app, other).get(path(other)).text


def test_a_suspended_room_reads_without_writing(app: Flask, make: Make) -> None:
    actor = make.member(Role.SITE_HEAD, make.site(state="suspended"))
    told = tell(make, actor, href="/room/")

    page = make.browser(app, actor).get(path(actor)).text

    assert f"{told}/opening" not in page
    assert 'href="/room/"' in page


def test_a_notice_is_said_in_the_readers_language_and_told_once(app: Flask, make: Make) -> None:
    actor = make.member(Role.INSTITUTION_ADMIN)
    with make.databases.session(Login.WORKER) as session:
        for _again in range(2):
            said = Message("有 {count} 个后台任务多次失败，已停止重试。", count=2)
            notices.tell(session, [actor.account_id], kind="t", text=said, href="/console/jobs", dedup="one")
    client = make.browser(app, actor)
    client.set_cookie("language", "en")

    page = client.get("/console/notices").text

    assert page.count("2 background jobs") >= 1
    assert "1 unread" in page


def test_what_was_read_long_ago_is_forgotten(make: Make) -> None:
    actor = make.member(Role.VOLUNTEER)
    kept = tell(make, actor)
    tell(make, actor, read_at=clock.now())
    assert actor.site_id
    with make.databases.session(Login.WORKER, actor.site_id) as session:
        notices.forget(session, clock.now())
        assert [row.id for row in notices.mine(session, actor).rows] == [kept]
