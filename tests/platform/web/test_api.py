"""The API of programs: who is let in, how mistakes are told, how lists go on, how writes are kept apart."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from huakai_platform.identity.models import Account, ApiToken, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.web.context import app_state
from tests.support.make import Make

PROBLEM = "application/problem+json"


def test_a_token_tells_whom_it_stands_for(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    answer = make.program(app, head).get("/api/v1/me")

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["role"] == "site_head"
    assert answer.json["site_id"] == str(head.site_id)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Authorization" in answer.headers["Vary"]


def test_a_cookie_opens_nothing_here(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    assert browser.get("/account").status_code == 200
    answer = browser.get("/api/v1/me")
    assert (answer.status_code, answer.content_type) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_opens_no_page(app: Flask, make: Make) -> None:
    assert make.program(app, make.member(Role.INSTITUTION_ADMIN)).get("/account").status_code == 401


def test_a_token_does_what_it_was_given_for_and_the_role_allows(app: Flask, make: Make) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    some = make.program(app, admin, [Permission.SITES_READ, Permission.SPACES_READ])
    assert some.get("/api/v1/sites").status_code == 200
    assert some.get("/api/v1/editions").status_code == 403
    assert some.get("/api/v1/room/spaces").status_code == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "disabled", "ended", "not yet", "over", "closed"])
def test_what_has_ended_opens_nothing(app: Flask, make: Make, end: str) -> None:
    head = make.member(Role.SITE_HEAD)
    program, now, today = make.program(app, head), clock.now(), clock.today()
    changes: dict[str, Any] = {
        "revoked": update(ApiToken).values(revoked_at=now),
        "expired": update(ApiToken).values(expires_at=now - timedelta(seconds=1)),
        "disabled": update(Account).values(disabled_at=now),
        "ended": update(Membership).values(ended_at=now),
        "not yet": update(Membership).values(valid_from=today + timedelta(days=1)),
        "over": update(Membership).values(valid_until=today - timedelta(days=1)),
        "closed": update(Site).values(state="closed"),
    }
    assert program.get("/api/v1/me").status_code == 200
    with make.databases.session(Login.MIGRATOR) as session:
        session.execute(changes[end])
    assert program.get("/api/v1/me").status_code == 401


def test_use_is_written_down_once_a_minute(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.SITE_HEAD))
    writes = []
    engine = app_state(app).databases.engine(Login.TENANT)

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE platform.api_token"):
            writes.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for _turn in range(3):
        program.get("/api/v1/me")
    event.remove(engine, "before_cursor_execute", note)
    with make.databases.session(Login.MIGRATOR) as session:
        used = session.scalars(select(ApiToken)).one()
        assert (used.last_used_at is not None, used.last_address) == (True, "127.0.0.1")
    assert len(writes) == 1


def test_guessing_is_slowed_down_and_hurts_no_good_token(app: Flask, make: Make) -> None:
    program, guesser = make.program(app, make.member(Role.SITE_HEAD)), app.test_client()
    answers = [guesser.get("/api/v1/me", headers={"Authorization": f"Bearer hk_{n}"}) for n in range(40)]
    assert answers[0].status_code == 401
    assert (answers[-1].status_code, answers[-1].content_type) == (429, PROBLEM)
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert program.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("nonsense=1", "nonsense"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("state=happy", "state"),
        ("after=abc", "after"),
    ],
)
def test_a_wrong_query_is_named(app: Flask, make: Make, query: str, parameter: str) -> None:
    answer = make.program(app, make.member(Role.INSTITUTION_ADMIN)).get(f"/api/v1/sites?{query}")
    assert (answer.status_code, answer.content_type) == (422, PROBLEM)
    assert answer.json is not None
    assert [one["parameter"] for one in answer.json["errors"]] == [parameter]
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_an_operation_without_arguments_refuses_some(app: Flask, make: Make) -> None:
    assert make.program(app, make.member(Role.SITE_HEAD)).get("/api/v1/me?x=1").status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({}, 422, {"#/name", "#/role"}),
        ({"name": "王", "role": "king", "a/b~c": 1}, 422, {"#/role", "#/a~1b~0c"}),
        ({"name": 7, "role": "counsellor"}, 422, {"#/name"}),
        ([1], 422, {"#"}),
    ],
)
def test_a_wrong_body_is_pointed_at(app: Flask, make: Make, body: Any, status: int, pointers: set[str]) -> None:
    answer = make.program(app, make.member(Role.SITE_HEAD)).post("/api/v1/room/team", json=body)
    assert (answer.status_code, answer.content_type) == (status, PROBLEM)
    assert answer.json is not None
    assert {one["pointer"] for one in answer.json["errors"]} == pointers


def test_a_body_of_another_kind_is_refused(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.SITE_HEAD))
    for settings in ({"data": {"name": "x"}}, {"data": "{}", "content_type": "text/plain"}):
        assert program.post("/api/v1/room/team", **settings).status_code == 415
    assert program.post("/api/v1/room/team", data="{", content_type="application/json").status_code == 422


def test_a_program_chooses_the_language(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.SITE_HEAD))
    for language, detail in (("en", "The parameters in the address are wrong."), ("zh-CN", "地址中的参数有误。")):
        answer = program.get("/api/v1/me?x=1", headers={"Accept-Language": language}).json
        assert answer is not None
        assert answer["detail"] == detail


def test_a_list_goes_on_to_its_end_and_each_row_is_there_once(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    codes = sorted(make.site().code for _ in range(7))
    found, following, pages = [], "/api/v1/sites?limit=3&kind=room", 0
    while following:
        answer = program.get(following)
        assert answer.json is not None
        found += [row["code"] for row in answer.json["items"]]
        following, pages = answer.json["next"], pages + 1
        assert ("Link" in answer.headers) == bool(following)
    assert (found, pages) == (codes, 3)


def test_a_cursor_fits_its_own_list_only(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    for _ in range(2):
        make.site()
    answer = program.get("/api/v1/sites?limit=1").json
    assert answer is not None
    cursor = answer["next"].partition("after=")[2].partition("&")[0]
    assert program.get(f"/api/v1/sites?after={cursor}").status_code == 200
    assert program.get(f"/api/v1/operations?after={cursor}").status_code == 422


def test_a_list_costs_the_same_statements_whatever_its_length(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    counts = []
    for more in (1, 40):
        for _ in range(more):
            make.site()
        program.get("/api/v1/sites")
        seen: list[str] = []
        engine = app_state(app).databases.engine(Login.OVERSIGHT)

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any, kept: list[str] = seen) -> None:
            kept.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert program.get("/api/v1/sites").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4


def test_nobody_overwrites_what_they_have_not_seen(app: Flask, make: Make) -> None:
    site = make.site(state="approved")
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    where = f"/api/v1/sites/{site.id}"
    tag = program.get(where).headers["ETag"]

    def move(to: str, **headers: str) -> int:
        return program.post(f"{where}/transitions", json={"to": to}, headers=headers).status_code

    assert move("planning") == 428
    assert move("planning", **{"If-Match": '"99"'}) == 412
    assert move("planning", **{"If-Match": tag}) == 200
    assert move("building", **{"If-Match": tag}) == 412
    assert program.get(where).headers["ETag"] != tag


def test_a_write_repeated_under_its_key_is_done_once(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    program, key = make.program(app, head), {"Idempotency-Key": "k1"}
    body = {"name": "李四", "role": "counsellor"}
    first = program.post("/api/v1/room/team", json=body, headers=key)
    again = program.post("/api/v1/room/team", json=body, headers=key)
    other = program.post("/api/v1/room/team", json={**body, "name": "王五"}, headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content_type == "application/vnd.huakai.already-done+json"
    assert again.headers["Idempotent-Replay"] == "true"
    team = program.get("/api/v1/room/team").json
    assert team is not None
    assert [row["name"] for row in team["items"]].count("李四") == 1


def test_what_is_not_there_is_told_as_a_problem(app: Flask, make: Make) -> None:
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    for method, path, status in (("GET", "/api/v1/nowhere", 404), ("DELETE", "/api/v1/me", 405)):
        answer = program.open(path, method=method)
        assert (answer.status_code, answer.content_type) == (status, PROBLEM)
        assert json.loads(answer.data)["status"] == status


def test_head_answers_without_a_body(app: Flask, make: Make) -> None:
    answer = make.program(app, make.member(Role.SITE_HEAD)).head("/api/v1/me")
    assert (answer.status_code, answer.data) == (200, b"")
