"""The exporter as it runs: a process that is given the console's login, and nothing else of the product."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from huakai_deploy import doctor
from huakai_deploy.commands.servers import _of_the_exporter
from huakai_deploy.local import Urls
from huakai_platform.exports import making, service
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_worker import exporter
from tests.support.make import Make

HUAKAI = (sys.executable, "-m", "huakai_deploy.cli")
PATIENCE = 60


@pytest.fixture
def admin(make: Make) -> Actor:
    make.site()
    return make.member(Role.INSTITUTION_ADMIN)


def ask(make: Make, actor: Actor) -> None:
    with service.as_asker(make.databases, actor.account_id) as session:
        service.start(session, actor, "sites", "")


def link(make: Make, actor: Actor) -> str | None:
    with service.as_asker(make.databases, actor.account_id) as session:
        return service.mine(session, actor, {})[0][0].link


def test_the_real_process_makes_an_export_with_one_login_and_ends_when_told(
    urls: Urls, make: Make, admin: Actor
) -> None:
    ask(make, admin)
    env = {"PATH": os.environ["PATH"], "DATABASE_URL_OVERSIGHT": urls.environment()["DATABASE_URL_OVERSIGHT"]}
    process = subprocess.Popen([*HUAKAI, "exporter"], env=env)
    try:
        end = time.monotonic() + PATIENCE
        while link(make, admin) is None and time.monotonic() < end:
            time.sleep(0.1)
        with make.databases.session(Login.WORKER) as session:
            kinds = session.scalars(select(Heartbeat.kind).where(Heartbeat.kind == "exporter")).all()
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert link(make, admin)
    assert kinds == ["exporter"]
    with make.databases.session(Login.WORKER) as session:
        assert session.scalars(select(Heartbeat.kind).where(Heartbeat.kind == "exporter")).all() == []


def test_without_the_login_it_says_what_is_missing(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HUAKAI_INSTANCE": str(tmp_path), "LANG": "zh_CN.UTF-8"}

    ended = subprocess.run([*HUAKAI, "exporter"], env=env, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "DATABASE_URL_OVERSIGHT" in ended.stderr


def test_the_platform_starts_it_without_any_key_and_without_another_login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL_OVERSIGHT", "DATABASE_URL_TENANT", "REDIS_URL", "HUAKAI_MASTER_KEY", "HUAKAI_INSTANCE"):
        monkeypatch.setenv(name, "x")
    for name in ("HUAKAI_SECRET_KEY", "HUAKAI_LOOKUP_KEY_FILE", "SMTP_URL", "DATABASE_URL_MIGRATOR_FILE"):
        monkeypatch.setenv(name, "x")

    given = {name for name in _of_the_exporter() if name.startswith(("DATABASE", "REDIS", "HUAKAI", "SMTP"))}

    assert given == {"DATABASE_URL_OVERSIGHT", "HUAKAI_INSTANCE"}


def test_the_doctor_misses_it_where_somebody_waits(make: Make, settings: Settings, admin: Actor) -> None:
    def found() -> doctor.Finding:
        return doctor._exporters(make.databases, settings)

    assert found().good
    ask(make, admin)
    assert not found().good
    assert "huakai exporter" in found().remedy
    exporter.make_one(make.databases, uuid7())
    assert found().good


def test_what_a_killed_process_left_behind_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = tmp_path / f"{exporter.FOLDER}4194305-x"
    alive = tmp_path / f"{exporter.FOLDER}{os.getpid()}-x"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "half").write_text("words")

    with exporter.folder_of_its_own():
        inside = Path(tempfile.gettempdir())
        assert inside.parent == tmp_path
        assert not dead.exists()
        assert alive.exists()

    assert not inside.exists()
    assert tempfile.gettempdir() == str(tmp_path)


def test_it_goes_on_when_the_database_was_away(
    make: Make, settings: Settings, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(make, admin)
    monkeypatch.setattr(exporter, "EVERY", 0.01)
    turns: list[int] = []

    class Turns:
        """Told to stop after three looks."""

        def wait(self, _seconds: float) -> bool:
            turns.append(1)
            return len(turns) > 3

        def is_set(self) -> bool:
            return False

    whole, tried = making.take, []

    def take(*about: object) -> object:
        tried.append(1)
        if len(tried) == 1:
            raise SQLAlchemyError("away")
        return whole(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "take", take)

    assert exporter.run(settings, Turns()) == 0  # type: ignore[arg-type]
    assert link(make, admin)
