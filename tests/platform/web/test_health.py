"""What machines ask: does it live, can it serve, what has it done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from huakai_deploy.web import create_app
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.web import health
from huakai_platform.web.health import Checks
from huakai_worker.heartbeat import HeartbeatWriter


@pytest.fixture(autouse=True)
def asked_anew(app: Flask) -> None:
    app.extensions["huakai.checks"] = Checks()


@pytest.fixture
def room_only(settings: Settings, databases: Databases) -> Iterator[Flask]:
    """Only the rooms' own credentials are there."""
    alone = replace(settings, databases={Login.TENANT: settings.databases[Login.TENANT]}, metrics_token="t" * 20)
    made = create_app(alone, planes=("room",))
    yield made
    made.extensions["huakai"].databases.dispose()


def test_a_process_that_answers_lives(app: Flask) -> None:
    assert app.test_client().get("/healthz").json == {"status": "ok"}


def test_ready_when_everything_is_there(app: Flask, databases: Databases) -> None:
    HeartbeatWriter(databases, "worker").beat()

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 200, answer.text
    assert answer.json == {
        "status": "ready",
        "checks": dict.fromkeys(("database_console", "database_room", "migrations", "redis", "worker", "disk"), True),
    }


def test_not_ready_without_a_worker_that_beats(app: Flask, databases: Databases) -> None:
    HeartbeatWriter(databases, "worker").beat()
    with databases.session(Login.WORKER) as session:
        session.execute(update(Heartbeat).values(seen_at=clock.now() - timedelta(seconds=31)))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert [name for name, good in answer.json["checks"].items() if not good] == ["worker"]


def test_not_ready_without_its_servers(settings: Settings) -> None:
    nowhere = "postgresql://huakai_tenant@/x?host=/nowhere"
    away = replace(settings, databases={Login.TENANT: nowhere}, redis_url="unix:///nowhere/at/all")
    app = create_app(away, planes=("room",))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert [name for name, good in answer.json["checks"].items() if good] == ["disk"]


def test_an_older_database_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, health.MIGRATION, lambda: "20990101_0000")

    answer = app.test_client().get("/readyz")

    assert answer.json is not None
    assert answer.json["checks"]["migrations"] is False


def test_asking_often_costs_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def count(*what: object) -> dict[str, bool]:
        asked.append(what)
        return {"disk": True}

    monkeypatch.setattr(health, "checks", count)

    for _ in range(5):
        app.test_client().get("/readyz")

    assert len(asked) == 1


def test_a_room_only_process_is_ready_by_itself(room_only: Flask, databases: Databases) -> None:
    HeartbeatWriter(databases, "worker").beat()

    assert room_only.test_client().get("/readyz").status_code == 200


def test_numbers_of_requests_and_of_the_queue(app: Flask, databases: Databases) -> None:
    with databases.session(Login.TENANT, uuid7()) as session:
        outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))
    client = app.test_client()
    client.get("/healthz")

    page = client.get("/metrics").text

    assert 'huakai_requests_total{endpoint="health.healthz",status="200"}' in page
    assert 'huakai_request_seconds_bucket{endpoint="health.healthz",le="0.005"}' in page
    assert "huakai_queue_due 1.0" in page
    assert "huakai_queue_dead 0.0" in page
    assert "huakai_workers_alive 0.0" in page


def test_a_room_only_process_leaves_the_queue_out(room_only: Flask) -> None:
    page = room_only.test_client().get("/metrics").text

    assert "huakai_requests" in page
    assert "huakai_queue" not in page


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.0.0.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 404),
        ("10.0.0.7", {"Authorization": "Bearer " + "t" * 20}, 200),
        ("10.0.0.7", {"Authorization": "Bearer " + "x" * 20}, 404),
        ("10.0.0.7", {"Authorization": "Bearer ü"}, 404),
        ("127.0.0.1", {}, 200),
    ],
)
def test_numbers_are_for_this_machine_or_the_bearer(
    room_only: Flask, address: str, headers: dict[str, str], status: int
) -> None:
    answer = room_only.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)

    assert answer.status_code == status
