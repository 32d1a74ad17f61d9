"""Logs tell what happened, and never what somebody typed."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from huakai_platform.kernel import logs
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from tests.support.make import Make


class Lines(list[dict[str, object]]):
    """What has been written to standard error, read when it is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = io.StringIO()

    @property
    def raw(self) -> str:
        return self.stream.getvalue()

    def read(self) -> "Lines":
        self[:] = [json.loads(line) for line in self.raw.splitlines()]
        return self


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    root, found = logging.getLogger(), Lines()
    before, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", found.stream)
    logs.configure(pretty=False)
    yield found
    structlog.reset_defaults()
    root.handlers, root.level = before, level


def test_a_request_is_one_line_with_who_and_where(app: Flask, make: Make, lines: Lines) -> None:
    head = make.member(Role.SITE_HEAD)
    answer = make.browser(app, head).get("/room/?secret=12345")

    (line,) = [line for line in lines.read() if line["event"] == "request"]

    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["actor"], line["tenant"]) == (str(head.account_id), str(head.site_id))
    assert (line["endpoint"], line["status"]) == ("checklists.today", answer.status_code)
    assert isinstance(line["duration_ms"], float)
    assert "12345" not in lines.raw


def test_what_was_typed_is_never_in_a_log(app: Flask, databases: Databases, lines: Lines) -> None:
    client = app.test_client()
    client.post("/sign-in?next=zebra1", data={"login": "zebra2", "password": "zebra3"})
    client.get("/invitations/zebra4-a-token-that-nobody-may-read-in-a-log")
    client.get("/nowhere/zebra5", headers={"Cookie": "huakai=zebra6"})

    assert lines.read()
    assert "zebra" not in lines.raw


def test_no_value_can_forge_a_line_or_turn_the_text_around(lines: Lines) -> None:
    structlog.get_logger().info("x", name='a\r\n{"event": "forged"}\u202e\u2028b', form="never", more=["\n"])

    (line,) = lines.read()

    assert line["name"] == 'a\\u000d\\u000a{"event": "forged"}\\u202e\\u2028b'
    assert line["more"] == ["\\u000a"]
    assert "form" not in line


def test_a_fault_is_told_by_kind_and_place_not_by_its_text(databases: Databases, lines: Lines) -> None:
    try:
        with databases.engine(Login.WORKER).connect() as connection:
            connection.execute(text("SELECT CAST(:value AS integer)"), {"value": "zebra"})
    except Exception:
        structlog.get_logger().exception("fault")

    (line,) = lines.read()

    assert (line["kind"], line["sqlstate"]) == ("DataError", "22P02")
    assert line["frames"]
    assert "zebra" not in lines.raw


def test_the_libraries_own_lines_look_the_same(lines: Lines) -> None:
    logging.getLogger("gunicorn.error").warning("worker\ntimeout")

    (line,) = lines.read()

    assert (line["event"], line["level"]) == ("worker\\u000atimeout", "warning")
