"""The measurements themselves, at their smallest: that they run, and hold ours to the same rows as the bare handler."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.bench import beside, test_api, test_page
from tests.support.make import Make


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    monkeypatch.setattr(beside, "ROUNDS", 1)
    monkeypatch.setattr(beside, "TIMES", 2)
    return []


@pytest.fixture
def judge(kept: list[tuple[str, float]]) -> Callable[..., str]:
    def decide(what: str, found: float, **_target: Any) -> str:
        kept.append((what, found))
        return "met"

    return decide


def test_a_page_can_be_measured(
    app: Flask, make: Make, judge: Callable[..., str], kept: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_page, "ROWS", 5)
    test_page.test_a_page_of_checklists_beside_a_bare_handler(app, make, lambda _line: None, judge, monkeypatch)
    assert len(kept) == 3
    assert all(found > 0 for _what, found in kept)


def test_a_list_of_the_api_can_be_measured(
    app: Flask, make: Make, judge: Callable[..., str], kept: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_api, "ROWS", 5)
    test_api.test_a_list_of_sites_beside_a_bare_handler(app, make, lambda _line: None, judge)
    assert len(kept) == 2
