"""The command line: what it says, in which language, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from huakai_deploy.cli import COMMANDS, main
from huakai_deploy.commands import output
from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from tests.support import servers

HUAKAI = [sys.executable, "-m", "huakai_deploy.cli"]


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


@pytest.fixture
def dead(databases: Databases) -> tuple[UUID, UUID]:
    """The tenant and the id of a row that was given up."""
    tenant = uuid7()
    with databases.session(Login.WORKER, tenant) as session:
        row = outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))
        session.execute(update(OutboxMessage).values(attempts=10, dead_at=clock.now(), last_error="ValueError"))
    return tenant, row


def huakai(urls: Urls, *arguments: str) -> Result:
    return CliRunner(env=dict(servers.environment(urls))).invoke(main, arguments)


def attempts(databases: Databases, tenant: UUID) -> int:
    with databases.session(Login.WORKER, tenant) as session:
        return session.scalars(select(OutboxMessage)).one().attempts


def test_the_queue_in_words(urls: Urls, dead: tuple[UUID, UUID]) -> None:
    said = huakai(urls, "jobs", "list")

    assert said.exit_code == 0, said.output
    assert "等待 0 · 到期 0 · 已放弃 1" in said.output
    assert f"{dead[1]}\t\tChecklistCompleted\t10\t已放弃\tValueError" in said.output


def test_the_queue_as_json(urls: Urls, dead: tuple[UUID, UUID]) -> None:
    told = json.loads(huakai(urls, "jobs", "list", "--dead", "--json").output)

    assert (told["dead"], told["waiting"]) == (1, 0)
    assert [row["id"] for row in told["failed"]] == [str(dead[1])]


def test_a_dry_run_sends_nothing(urls: Urls, databases: Databases, dead: tuple[UUID, UUID]) -> None:
    said = huakai(urls, "jobs", "resend", "--all-dead", "--dry-run")

    assert "1 个任务(试运行" in said.output
    assert attempts(databases, dead[0]) == 10


@pytest.mark.parametrize("all_of_them", [True, False])
def test_dead_rows_begin_anew(urls: Urls, databases: Databases, dead: tuple[UUID, UUID], all_of_them: bool) -> None:
    said = huakai(urls, "jobs", "resend", "--all-dead" if all_of_them else str(dead[1]), "--json")

    assert json.loads(said.output) == {"resent": [str(dead[1])], "dry_run": False}
    assert attempts(databases, dead[0]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["jobs", "resend", "01890000-0000-7000-8000-000000000000"], 1, "没有这个失败的任务"),
        (["jobs", "resend"], 2, "--all-dead"),
        (["jobs", "resend", "not-an-id"], 2, "not-an-id"),
        (["jobs", "dance"], 2, "dance"),
        (["dance"], 2, "dance"),
        (["web", "--planes", "moon"], 2, "console,room"),
    ],
)
def test_what_cannot_be_done_ends_in_words(
    urls: Urls, databases: Databases, arguments: list[str], code: int, words: str
) -> None:
    said = huakai(urls, *arguments)

    assert (said.exit_code, words in said.output) == (code, True), said.output


def test_what_the_database_refuses_of_values_is_a_finding_and_no_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_about: object, **_options: object) -> None:
        raise DBAPIError("", {}, psycopg.errors.ProgramLimitExceeded("index row requires 27032 bytes"))

    monkeypatch.setattr(click.Group, "invoke", refused)

    told = CliRunner().invoke(main, ["jobs", "list"])

    assert (told.exit_code, told.output) == (1, "内容无法写入数据库：index row requires 27032 bytes\n")


def test_without_settings_or_servers_it_says_what_is_missing(tmp_path: Path) -> None:
    bare = {"HUAKAI_SECRET_KEY": None, "DATABASE_URL_WORKER": None, "HUAKAI_INSTANCE": str(tmp_path)}
    away = {"HUAKAI_SECRET_KEY": "x" * 32, "DATABASE_URL_WORKER": "postgresql://huakai_worker@/x?host=/nowhere"}

    first = CliRunner(env=bare).invoke(main, ["jobs", "list"])
    second = CliRunner(env=away).invoke(main, ["jobs", "list"])

    assert (first.exit_code, "HUAKAI_SECRET_KEY" in first.output) == (2, True)
    assert (second.exit_code, "/nowhere" in second.output) == (2, True)
    assert "Traceback" not in first.output + second.output


def test_every_subject_is_listed_and_explains_itself() -> None:
    said = CliRunner().invoke(main, ["--help"]).output

    for name in COMMANDS:
        assert f"  {name} " in said, name
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_the_terminals_language_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output.said(Message("等待 {count}", count=3)) == "等待 3"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert not output.chinese()


def test_progress_off_a_terminal_is_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("开通", 40) as tell:
        for done in range(41):
            tell(done)

    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (11, "开通: 0/40", "开通: 40/40")


def test_web_serves_and_stops_at_sigterm(urls: Urls, databases: Databases) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = _start(urls, "web", "--bind", f"127.0.0.1:{port}", "--threads", "2")
    try:
        assert json.loads(_answer(f"http://127.0.0.1:{port}/healthz")) == {"status": "ok"}
        assert "huakai_queue_due" in _answer(f"http://127.0.0.1:{port}/metrics")
    finally:
        process.terminate()
    assert process.wait(15) == 0


def test_a_row_is_done_within_seconds_by_the_real_processes(urls: Urls, databases: Databases) -> None:
    processes = [_start(urls, "worker"), _start(urls, "ringer")]
    tenant = uuid7()
    try:
        with databases.session(Login.TENANT, tenant) as session:
            outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11-01"))
        _until(lambda: _touched(databases, tenant))
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
    assert [process.wait(15) for process in processes] == [0, 0]


def _start(urls: Urls, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*HUAKAI, *arguments], env={**os.environ, **servers.environment(urls)})


def _answer(url: str) -> str:
    end = time.monotonic() + 20
    while True:
        try:
            with urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def _touched(databases: Databases, tenant: UUID) -> bool:
    with databases.session(Login.WORKER, tenant) as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "ChecklistCompleted")).one()
        return bool(row.done_at or row.attempts)


def _until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
