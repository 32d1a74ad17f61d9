"""What was published is still what was published: each definition by its own hash, the shipped ones by their files'."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huakai_deploy import doctor
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.standards import integrity
from huakai_platform.standards.integrity import Astray
from huakai_platform.standards.models import Edition
from huakai_platform.standards.shipped import EditionFiles, Shipped, digest, load_shipped

NEWS = Shipped("register", "news", {"kind": "register", "code": "news"}, "1" * 64)


@pytest.fixture
def session(databases: Databases) -> Iterator[Session]:
    """As the owner of the tables, who alone could do it; nothing of it stays."""
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("SET LOCAL ROLE huakai_owner"))
        yield session
        session.rollback()


def test_a_changed_definition_is_named(session: Session) -> None:
    changed = "UPDATE platform.edition_definition SET body = body || '{\"title\": \"x\"}' WHERE code = 'daily'"
    session.execute(text(changed))
    assert integrity.examine(session, load_shipped()) == [Astray(1, "checklist/daily", "altered")]
    assert not integrity.genuine(session, session.query(Edition).one())


def test_one_that_was_changed_with_its_hash_differs_from_its_file(session: Session) -> None:
    body = {"kind": "checklist", "code": "daily"}
    values = {"digest": digest(body)}
    session.execute(
        text(
            'UPDATE platform.edition_definition SET body = \'{"kind": "checklist", "code": "daily"}\', digest = :digest'
            " WHERE code = 'daily'"
        ),
        values,
    )
    assert integrity.examine(session, load_shipped()) == [Astray(1, "", "whole"), Astray(1, "checklist/daily", "other")]


def test_one_that_was_taken_away_is_missing(session: Session) -> None:
    session.execute(text("DELETE FROM platform.edition_definition WHERE code = 'weekly'"))
    assert integrity.examine(session, load_shipped()) == [
        Astray(1, "", "whole"),
        Astray(1, "checklist/weekly", "missing"),
    ]


def test_files_of_a_newer_program_are_told_from_what_was_published(session: Session) -> None:
    assert integrity.examine(session, newer(load_shipped())) == [
        Astray(1, "checklist/daily", "beyond"),
        Astray(1, "register/news", "missing"),
    ]


def test_the_doctor_names_what_differs_and_what_to_do(
    databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding(databases, settings).good
    files = newer(load_shipped())
    monkeypatch.setattr(doctor, "load_shipped", lambda: files)
    found = finding(databases, settings)
    assert not found.good
    assert "register/news 数据库中没有" in found.found
    assert "checklist/daily 随附文件中没有" in found.found
    assert "草案" in found.remedy


def finding(databases: Databases, settings: Settings) -> doctor.Finding:
    return next(one for one in doctor.examine(databases, settings) if one.subject == "标准版本")


def newer(files: EditionFiles) -> EditionFiles:
    """As if a later program had one more register and no daily checklist."""
    kept = [one for one in files.definitions if one.code != "daily"]
    return replace(files, definitions=(*kept, NEWS))
