"""Editions are written once and never change."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.standards import integrity, service
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.standards.shipped import load_shipped
from tests.support.make import Make


def test_the_shipped_edition_is_there_once_and_genuine(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session:
        edition = service.publish(session, load_shipped())
        service.publish(session, load_shipped())

        assert session.scalar(select(func.count()).select_from(Edition)) == 1
        assert session.scalar(select(func.count()).select_from(EditionDefinition)) == len(load_shipped().definitions)
        assert integrity.examine(session, load_shipped()) == []
        assert service.newest(session) == edition


def test_another_content_under_the_same_number_is_refused(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session, pytest.raises(Conflict):
        service.publish(session, replace(load_shipped(), digest="0" * 64))


def test_each_tier_has_its_daily_checklist(databases: Databases) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        edition = service.newest(session)
        codes = {tier: service.checklists(session, edition, tier) for tier in ("T1", "T2", "T3", "T4")}

    assert all("daily" in found for found in codes.values())
    assert codes["T1"]["daily"].item("tools_safe") is None
    assert codes["T2"]["daily"].item("tools_safe") is not None


def test_every_definition_has_its_page(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.AUDITOR))
    page = browser.get("/console/standard/")
    assert page.status_code == 200

    with make.databases.session(Login.OVERSIGHT) as session:
        edition = service.newest(session)
    for one in load_shipped().definitions:
        assert browser.get(f"/console/standard/{edition}/{one.kind}/{one.code}").status_code == 200
    assert browser.get(f"/console/standard/{edition}/checklist/nothing").status_code == 404
