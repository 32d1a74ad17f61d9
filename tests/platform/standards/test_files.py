"""An edition leaves as one file, is checked anywhere, and comes in as a draft; a file that was touched is refused."""

import io
import json
import re
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from huakai_deploy.commands import editions
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.standards import files, service, shipped
from tests.support.make import Make
from tests.support.web import post

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def written(databases: Databases) -> dict[str, Any]:
    with databases.session(Login.OVERSIGHT) as session:
        document: dict[str, Any] = json.loads(files.write(session, service.newest(session), KEY))
    return document


def changed(document: dict[str, Any]) -> bytes:
    """The same file with another validity and a digest to match, as another institution would publish it."""
    wall = next(one for one in document["definitions"] if one["kind"] == "wall_documents")
    wall["validity"]["days"] = 90
    digests = {(one["kind"], one["code"]): shipped.digest(one) for one in document["definitions"]}
    document["digest"] = shipped.edition_digest(document["number"], digests)
    return json.dumps(
        {key: value for key, value in document.items() if key not in ("signature", "public_key")}
    ).encode()


def test_a_file_says_the_same_as_the_edition_and_who_signed_it(written: dict[str, Any], databases: Databases) -> None:
    found = files.read(json.dumps(written).encode())
    with databases.session(Login.OVERSIGHT) as session:
        assert found.bodies == service.bodies(session, service.newest(session))
    assert found.public_key == KEY.public_key().public_bytes_raw()


def test_a_file_that_was_touched_is_refused(written: dict[str, Any]) -> None:
    written["definitions"][0]["title"]["zh"] = "别的"
    with pytest.raises(FileRefused):
        files.read(json.dumps(written).encode())


def test_a_digest_made_to_fit_does_not_fit_the_signature(written: dict[str, Any]) -> None:
    signed = {key: written[key] for key in ("signature", "public_key")}
    forged = {**json.loads(changed(written)), **signed}
    with pytest.raises(FileRefused):
        files.read(json.dumps(forged).encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": "huakai-edition/1"}', b" " * (files.LARGEST + 1)],
    ids=["nothing", "list", "empty", "bytes", "deep", "format", "large"],
)
def test_what_is_no_edition_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        files.read(content)


@pytest.mark.parametrize("definitions", [[], [1], [{"kind": "nothing"}], {}])
def test_a_file_without_sound_definitions_is_refused(written: dict[str, Any], definitions: Any) -> None:
    with pytest.raises(FileRefused):
        files.read(json.dumps({**written, "definitions": definitions}).encode())


def test_a_file_comes_in_as_a_draft_and_the_same_content_does_not(
    app: Flask, make: Make, written: dict[str, Any]
) -> None:
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    same = {"file": (io.BytesIO(json.dumps(written).encode()), "standard.json")}
    answer = post(admin, "/console/standard/drafts/import", same, content_type="multipart/form-data")
    assert (answer.status_code, "与最新版本相同" in answer.text) == (422, True)

    other = {"file": (io.BytesIO(changed(written)), "standard.json")}
    answer = post(admin, "/console/standard/drafts/import", other, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = admin.get(f"{answer.location}/difference").text
    assert re.search(r"<del>\s*365\s*</del>.*<ins>\s*90\s*</ins>", page, re.DOTALL)


def test_the_page_gives_the_file(app: Flask, make: Make, databases: Databases) -> None:
    auditor = make.browser(app, make.member(Role.AUDITOR))
    with databases.session(Login.OVERSIGHT) as session:
        newest = service.newest(session)
    assert files.read(auditor.get(f"/console/standard/{newest}/export").data).public_key is None


def test_the_command_line_checks_a_file_without_a_database(written: dict[str, Any], tmp_path: Any) -> None:
    file = tmp_path / "standard.json"
    file.write_text(json.dumps(written), encoding="utf-8")
    run = CliRunner().invoke(editions.check, [str(file), "--trusted", written["public_key"]])
    assert run.exit_code == 0
    assert written["digest"] in run.output

    assert CliRunner().invoke(editions.check, [str(file), "--trusted", "AAAA"]).exit_code != 0
