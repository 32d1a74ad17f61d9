"""The console's lists read by index what they show, and go on by key where numbers end."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from huakai_deploy.local import Urls
from huakai_platform.compliance import listing as compliance
from huakai_platform.compliance.words import RISKS, SETS
from huakai_platform.drift import listing as drift
from huakai_platform.kernel import paging
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.onboarding import board
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding.listing import Regions
from huakai_platform.regions.service import COUNTRY
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question, Resource
from tests.support import many
from tests.support.make import Make

SITES = 12_000
LISTS = ("/console/sites", "/console/compliance", "/console/drift")
ASKED = (
    "/console/sites?sort=-name",
    "/console/sites?sort=-area",
    "/console/sites?sort=since",
    "/console/sites?state=approved",
    "/console/sites?kind=center",
    "/console/sites?region=410000000000&page=7",
    "/console/compliance?sort=-percent",
    "/console/compliance?grade=good",
    "/console/drift?sort=-unexplained",
    "/console/operations",
)
NEXT = re.compile(r'rel="next" href="([^"]+)"')
PREVIOUS = re.compile(r'rel="prev" href="([^"]+)"')
ROWS = re.compile(r"GN-\d{6}")


def link(pattern: re.Pattern[str], page: str) -> str | None:
    found = pattern.search(page)
    return unescape(found[1]) if found else None


def test_lists_of_many_sites_read_what_they_show(
    app: Flask, databases: Databases, make: Make, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = make.member(Role.INSTITUTION_ADMIN)
    admin = make.browser(app, actor)
    many.settle(databases, urls, make, SITES)
    engine = app.extensions["huakai"].databases.engine(Login.OVERSIGHT)
    pages = {}
    for path in (*LISTS, *ASKED):
        with many.explained(engine) as plans:
            answer = admin.get(path)
        assert answer.status_code == 200, path
        assert many.read_through(plans) == [], path
        pages[path] = answer.text
    for path in LISTS[1:]:
        assert len(admin.get(f"{path}?page=200").text) < 1.3 * len(pages[path])
    assert f"共 {SITES + 1} 条" in pages["/console/sites"]
    assert "共 10,000 条以上" in admin.get("/console/sites?kind=room").text
    for who in (actor, replace(actor, role=Role.AUDITOR, region_code="410000000000")):
        with databases.session(Login.OVERSIGHT) as session:
            says_what_is_counted(session, who, monkeypatch)
    goes_on_by_key(admin, monkeypatch)


def says_what_is_counted(session: Session, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rollups say of totals, grades, regions, states and departures is what counting site by site says."""
    found = []
    graded: list[dict[str, str]] = [
        {},
        {"grade": "good"},
        *({"risk": one} for one in RISKS),
        *({"age": one} for one in SETS),
    ]
    for most in (0, SITES * 2):
        for module in (paging, board, compliance, drift):
            monkeypatch.setattr(module, "NUMBERED", most)
        top = actor.region_code or COUNTRY
        summed = drift.standing(session, actor, {})
        regions = sites.regions_below(session, actor, top)
        grades = compliance.by_grade(session, actor, {})
        states = {column.state: column.count for column in board.of(session, actor).columns}
        known: list[tuple[Resource[Regions, Any], Mapping[str, int], Sequence[dict[str, str]]]] = [
            (sites.SITES, {}, ({}, {"state": "suspended"})),
            (compliance.COMPLIANCE, grades, graded),
            (drift.DRIFT, {"sites": summed}, ({},)),
        ]
        totals = [
            lists.list_page(session, resource, actor, Question(asked), Regions(sums=sums)).total
            for resource, sums, every in known
            for asked in every
        ]
        rolled = [
            (code, name, {key: int(numbers[key]) for key in ("sites", *drift.COUNTS)})
            for code, name, numbers in drift.by_region(session, actor, regions, {}, summed)
        ]
        found.append((regions, grades, states, totals, sorted(rolled, key=lambda one: one[0])))
        monkeypatch.setattr(sites, "held_below", lambda *_: [])
    monkeypatch.undo()
    assert found[0] == found[1]
    assert all(totals > 0 for totals in found[0][3])
    assert found[0][4]


def goes_on_by_key(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the last number every row comes once, and the way back is the same."""
    monkeypatch.setattr(paging, "NUMBERED", 100)
    for path in LISTS:
        second = admin.get(f"{path}?page=2")
        third = admin.get(link(NEXT, second.text) or "")
        fourth = admin.get(link(NEXT, third.text) or "")
        assert "after=" in (link(NEXT, second.text) or ""), path
        rows = [ROWS.findall(page.text) for page in (second, third, fourth)]
        assert all(len(set(some)) == 50 for some in rows)
        assert len({row for some in rows for row in some}) == 150
        assert ROWS.findall(admin.get(link(PREVIOUS, fourth.text) or "").text) == rows[1]
        assert "回到第 1 页" in third.text
        assert len(ROWS.findall(admin.get(f"{path}?page=10000").text)) == len(rows[0])
