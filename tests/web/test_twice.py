"""A form that is sent twice is done once, whichever form it is."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web.concurrency_limit import ConcurrencyLimit
from tests.support.forms import Found
from tests.support.routes import Route, writing
from tests.support.trials import Trial, forms
from tests.support.worlds import World

Count = Callable[[str, object], None]
KEYED = tuple(one for one in writing() if one.access.permission is not None)
PASSING = {"idempotency_key", "throttle", "heartbeat", "account_session", "alembic_version"}
"""Tables that a request writes by being one."""
AT_ONCE = 8
CARRIED = {"idempotency_key", "version", "seen", "mark"}
"""What tells a second sending from a first: a key, or what the page had seen."""
CREATING_NOTHING = {
    "activities.cancel",
    "activities.discard_import",
    "checklists.complete",
    "checklists.detach",
    "drift.decide",
    "equipment.discard_import",
    "equipment.scrap",
    "exports.resume",
    "identity.change_contact",
    "identity.change_password",
    "identity.change_profile",
    "identity.choose_membership",
    "identity.confirm_password",
    "identity.disable_account",
    "identity.end_role",
    "identity.turn_on",
    "onboarding.discard_draft",
    "onboarding.open_sites",
    "onboarding.save_draft",
    "operations.cancel",
    "proposals.decline",
    "registers.cancel",
    "registers.discard_import",
    "releases.end",
    "releases.sites",
    "room_registers.cancel",
    "room_registers.discard_import",
    "setup.confirm_institution",
    "setup.confirm_standard",
    "setup.end",
    "setup.skip",
    "staff.discard_import",
    "staff.keep_contact",
    "staff.leave",
    "staff.read_contact",
    "standard.confirm",
    "standards.drop",
    "training.discard_import",
    "training.remove",
}
"""Forms that change, end or remove what is there: done twice, they are done."""
TRIED: set[str] = set()
DONE: set[str] = set()
LEAST_DONE = 20


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for role in (Role.INSTITUTION_ADMIN, Role.SITE_HEAD):
        found = forms(world, role) | found
    return found


def state(world: World) -> dict[str, tuple[int, int]]:
    """Every table as the number of its rows and a sum over what stands in them."""
    with world.make.databases.session(Login.MIGRATOR) as session:
        tables = session.execute(
            text(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname IN ('platform', 'tenant', 'confidential') AND tablename <> 'region'"
            )
        ).all()
        found = {}
        for schema, name in tables:
            if name not in PASSING:
                counted = f"SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {schema}.{name} t"
                found[f"{schema}.{name}"] = tuple(session.execute(text(counted)).one())
    return found


class Sender:
    """One person's form, sent as often as one likes."""

    def __init__(self, world: World, route: Route, asked: Mapping[str, Found]) -> None:
        self.trial = Trial(world, route)
        self.fields = self._filled(asked)

    def send(self, key: str, **more: str) -> TestResponse:
        data: dict[str, Any] = {**self.fields, **more, "csrf_token": self.trial.token, "idempotency_key": key}
        return self.trial.client.post(self.trial.path, data=data, buffered=True)

    def _filled(self, asked: Mapping[str, Found]) -> dict[str, str]:
        """The fields of the page's form; what is an object of another page is left to the schema."""
        endpoint = self.trial.route.endpoint
        given = asked[endpoint].filled() if endpoint in asked else {}
        return given | OWN.get(endpoint, {}) | self._chosen(endpoint)

    def _chosen(self, endpoint: str) -> dict[str, str]:
        if endpoint == "identity.choose_membership":
            return {"membership_id": str(self.trial.actor.membership_id)}
        return {}


NAMELESS = {"login_name": "", "phone": "", "email": ""}
OWN: dict[str, dict[str, str]] = {
    "checklists.answer": {"theme_held": "yes", "version": "0"},
    "identity.give_role": {"role": "regional_office", "site": "", "region": "洛阳市", "region_code": ""},
    "identity.create_account": {"role": "institution_admin", "site": "", "region": "", "valid_until": "", **NAMELESS},
    "team.invite": {"role": "counsellor", "phone": "", "email": ""},
    "onboarding.move": {"to": "planning", "version": "1"},
    "premises.survey": {"area": "12.5", "state": "ready", "was": "planned:"},
}
"""What a form must hold to be done, where the page of another object cannot say."""


@pytest.mark.parametrize("route", KEYED, ids=str)
def test_sent_twice_with_one_key_it_is_done_once(
    world: World, asked: dict[str, Found], route: Route, record_property: Count
) -> None:
    sender, key = Sender(world, route, asked), str(uuid7())
    TRIED.add(route.endpoint)
    first = sender.send(key)
    after = state(world)

    second = sender.send(key)

    assert state(world) == after, "the second sending had an effect"
    if first.status_code < 400:
        DONE.add(route.endpoint)
        if second.headers.get("Idempotent-Replay"):
            assert (second.status_code, second.location) == (first.status_code, first.location)
            assert second.location or "已经完成" in second.text
        else:
            assert second.status_code in {303, 401}, "whoever was signed out by it is not told"
        other = sender.send(key, nonsense="changed")
        assert other.status_code in {401, 422}, f"the same key with another body: {other.status}"
        assert state(world) == after
    else:
        assert second.status_code == first.status_code
    record_property("forms", 1)


def test_every_form_that_creates_carries_a_key(asked: dict[str, Found]) -> None:
    """Whether it is in the list of those that create nothing, is to be said of every new one."""
    bare = {one for one in {route.endpoint for route in KEYED} & {*asked} if not CARRIED & {*asked[one].values}}

    assert bare == CREATING_NOTHING


def test_most_forms_were_really_done() -> None:
    if len(TRIED) == len(KEYED):
        assert len(DONE) >= LEAST_DONE, sorted(TRIED - DONE)


@pytest.mark.parametrize(
    ("endpoint", "table"),
    [
        ("onboarding.begin_draft", "platform.site_draft"),
        ("identity.create_account", "platform.membership"),
        ("team.invite", "platform.membership"),
        ("premises.add", "tenant.space"),
    ],
)
def test_eight_at_once_with_one_key_are_one(
    world: World,
    asked: dict[str, Found],
    application: Flask,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
    table: str,
) -> None:
    monkeypatch.setitem(
        application.extensions, "huakai.concurrency_limit", ConcurrencyLimit(most=50, most_of_one=50, patience=5)
    )
    route = next(one for one in KEYED if one.endpoint == endpoint)
    sender, key = Sender(world, route, asked), str(uuid7())
    before = state(world)[table][0]
    clients = [world.client(sender.trial.actor) for _ in range(AT_ONCE)]
    answers: list[TestResponse] = []

    def send(number: int) -> None:
        client, token = clients[number]
        data = {**sender.fields, "csrf_token": token, "idempotency_key": key}
        answers.append(client.post(sender.trial.path, data=data))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == AT_ONCE
    assert {one.status_code for one in answers} == {303}, [one.status for one in answers]
    assert len({one.location for one in answers}) == 1
    assert sum("Idempotent-Replay" in one.headers for one in answers) == AT_ONCE - 1
    assert state(world)[table][0] == before + 1


def test_a_key_belongs_to_its_person(world: World) -> None:
    route = next(one for one in KEYED if one.endpoint == "onboarding.begin_draft")
    key = str(uuid7())
    mine, theirs = Sender(world, route, {}).send(key), Sender(world, route, {}).send(key)
    assert (mine.status_code, theirs.status_code) == (303, 303)
    assert mine.location != theirs.location


def test_a_refused_form_may_be_mended_under_its_key(world: World) -> None:
    route = next(one for one in KEYED if one.endpoint == "premises.survey")
    sender, key = Sender(world, route, {}), str(uuid7())
    assert sender.send(key, area="a lot").status_code == 422
    assert sender.send(key).status_code == 303
