"""Answers are judged, weighed and found missing, kind by kind and rule by rule."""

from decimal import Decimal
from typing import Any

import pytest

from huakai_platform.forms import scoring
from huakai_platform.forms.definitions import Definition, Evidence, Item, Option, PassRule, Section
from huakai_platform.forms.localized import Localized

SAID = Localized("题", "Question")
FILE = "0197c7a1-2b3c-7def-8123-456789abcdef"
FOUR, ONE = Option("good", SAID, Decimal(4)), Option("poor", SAID, Decimal(1))
UNWEIGHED = Option("plain", SAID)
TWENTY_TO_THIRTY = PassRule(at_least=Decimal(20), at_most=Decimal(30))
BOTH = PassRule(all_of=("rule", "phone"))
SOME = PassRule(all_of=("rule",), one_of=("rule", "phone"))


def item(kind: Any = "boolean", code: str = "asked", **changes: Any) -> Item:
    return Item(code, SAID, kind, **changes)


def form(*items: Item) -> Definition:
    return Definition("checklist", "daily", SAID, (Section("first", SAID, items[:1]), Section("then", SAID, items[1:])))


@pytest.mark.parametrize(
    ("asked", "value", "verdict"),
    [
        (item("boolean"), None, None),
        (item("boolean"), True, True),
        (item("boolean"), False, False),
        (item("boolean", passes=PassRule(equals=False)), False, True),
        (item("boolean", passes=PassRule(equals=False)), True, False),
        (item("boolean", not_applicable=True), "na", None),
        (item("yes_no_na"), "yes", True),
        (item("yes_no_na"), "no", False),
        (item("yes_no_na"), "na", None),
        (item("yes_no_na", passes=PassRule(equals="no")), "no", True),
        (item("yes_no_na", passes=PassRule(equals="no")), "yes", False),
        (item("number"), 5, None),
        (item("number", passes=TWENTY_TO_THIRTY), 19.99, False),
        (item("number", passes=TWENTY_TO_THIRTY), 20, True),
        (item("number", passes=TWENTY_TO_THIRTY), 30, True),
        (item("number", passes=TWENTY_TO_THIRTY), 30.01, False),
        (item("integer", passes=PassRule(at_least=Decimal(1))), 10**9, True),
        (item("integer", passes=PassRule(at_least=Decimal(1))), 0, False),
        (item("integer", passes=PassRule(at_most=Decimal(1))), -5, True),
        (item("integer", passes=PassRule(at_most=Decimal(1)), not_applicable=True), "na", None),
        (item("choice"), "good", None),
        (item("choice", passes=PassRule(equals="good")), "good", True),
        (item("choice", passes=PassRule(equals="good")), "poor", False),
        (item("choice", passes=PassRule(one_of=("good", "fair"))), "fair", True),
        (item("choice", passes=PassRule(one_of=("good", "fair"))), "poor", False),
        (item("choices", passes=PassRule(equals="rule")), ["rule"], True),
        (item("choices", passes=PassRule(equals="rule")), ["rule", "phone"], False),
        (item("choices", passes=BOTH), ["rule", "phone", "more"], True),
        (item("choices", passes=BOTH), ["rule"], False),
        (item("choices", passes=BOTH), [], None),
        (item("choices", passes=SOME), ["rule", "phone"], True),
        (item("choices", passes=SOME), ["rule", "more"], False),
        (item("text"), "有", None),
        (item("text", passes=PassRule()), "有", True),
        (item("text", core=True), "有", True),
        (item("date", weight=Decimal(1)), "2026-11-22", True),
        (item("photo"), [FILE], True),
        (item("document"), [FILE], True),
        (item("document"), [], None),
    ],
)
def test_an_answer_is_good_bad_or_not_judged(asked: Item, value: Any, verdict: bool | None) -> None:
    assert scoring.passed(asked, value) is verdict


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [(item("text", core=True), True), (item("choice", passes=PassRule(equals="good")), False)],
)
def test_the_letters_na_are_words_where_an_item_always_applies(asked: Item, verdict: bool) -> None:
    weighed = form(item(asked.kind, core=asked.core, passes=asked.passes, weight=Decimal(3)))

    assert scoring.passed(asked, "na") is verdict
    assert scoring.score(weighed, {"asked": "na"}).possible == 3


@pytest.mark.parametrize(
    ("asked", "value", "points"),
    [
        (item(), None, 0),
        (item(), True, 5),
        (item(), False, 0),
        (item("text"), "有", 5),
        (item("number"), 7, 0),
        (item("photo"), [FILE], 5),
        (item("choice", options=(FOUR, ONE)), "good", 4),
        (item("choice", options=(FOUR, ONE)), "poor", 1),
        (item("choice", options=(FOUR, UNWEIGHED)), "plain", 0),
        (item("choices", options=(FOUR, ONE)), ["good", "poor"], 5),
        (item("choices", options=(FOUR, ONE)), [], 0),
        (item("choices", options=(FOUR, Option("best", SAID, Decimal(4)))), ["good", "best"], 5),
        (item("choices", options=(UNWEIGHED,), passes=PassRule(all_of=("plain",))), ["plain"], 5),
        (item("choice", options=(UNWEIGHED,), passes=PassRule(equals="other")), "plain", 0),
    ],
)
def test_an_answer_earns_its_options_points_or_its_weight_and_never_more(asked: Item, value: Any, points: int) -> None:
    weighed = item(asked.kind, options=asked.options, passes=asked.passes, weight=Decimal(5))
    score = scoring.score(form(weighed), {"asked": value})

    assert score.points == points
    assert score.possible == 5


def test_a_score_leaves_out_what_does_not_apply_and_names_what_failed() -> None:
    asked = form(
        item(code="light", core=True, weight=Decimal(2)),
        item("yes_no_na", "door", core=True, weight=Decimal(3)),
        item("number", "area", weight=Decimal(4), passes=TWENTY_TO_THIRTY),
        item("photo", "view", weight=Decimal(1)),
        item("choices", "walls", weight=Decimal(1)),
    )
    score = scoring.score(asked, {"light": False, "door": "na", "area": 5, "walls": []}, {"view": 1})

    assert score.points == 1
    assert score.possible == 8
    assert (score.failed, score.failed_core) == (("light", "area"), ("light",))
    assert (score.answered, score.total) == (4, 5)


def test_a_file_that_is_not_on_record_is_no_answer() -> None:
    asked = form(item("photo", "view", weight=Decimal(1)))
    assert scoring.score(asked, {}).answered == scoring.score(asked, {}, {"view": 0}).answered == 0


@pytest.mark.parametrize(
    ("earned", "weight", "percent"), [(1, 3, "33.3"), (2, 3, "66.7"), (1, 16, "6.3"), (5, 5, "100.0"), (0, 5, "0.0")]
)
def test_a_percentage_has_one_place_rounded_half_up(earned: int, weight: int, percent: str) -> None:
    options = (Option("some", SAID, Decimal(earned)),)
    score = scoring.score(form(item("choice", options=options, weight=Decimal(weight))), {"asked": "some"})

    assert score.percent == Decimal(percent)


def test_nothing_that_carries_weight_has_no_percentage() -> None:
    assert scoring.score(form(item()), {"asked": True}).percent is None


@pytest.mark.parametrize(
    ("asked", "value", "due"),
    [
        (item(evidence=Evidence("never")), False, 0),
        (item(evidence=Evidence("on_fail", count=2)), True, 0),
        (item(evidence=Evidence("on_fail", count=2)), False, 2),
        (item("text", evidence=Evidence("on_fail")), "有", 0),
        (item(evidence=Evidence("always", count=3)), True, 3),
        (item(evidence=Evidence("always")), None, 0),
        (item("choices", evidence=Evidence("always")), [], 0),
        (item("yes_no_na", evidence=Evidence("always")), "na", 0),
    ],
)
def test_an_answer_needs_its_proof(asked: Item, value: Any, due: int) -> None:
    assert scoring.evidence_due(asked, value) == due


@pytest.mark.parametrize(
    ("asked", "answer", "files", "reason", "said"),
    [
        (item(), None, 0, "unanswered", "此项还没有填写"),
        (item("choices"), [], 0, "unanswered", "此项还没有填写"),
        (item("photo"), None, 0, "unanswered", "此项还没有填写"),
        (item(evidence=Evidence("always", count=3)), True, 1, "evidence", "还需拍摄 2 张照片"),
        (item(evidence=Evidence("on_fail", "document")), False, 0, "evidence", "还需上传 1 份文件"),
        (item(required=False, evidence=Evidence("always")), True, 0, "evidence", "还需拍摄 1 张照片"),
    ],
)
def test_what_keeps_a_form_open_is_said(asked: Item, answer: Any, files: int, reason: str, said: str) -> None:
    assert scoring.missing(form(asked), {"asked": answer}, {"asked": files}) == [scoring.Problem("asked", reason, said)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "answer", "files"),
    [
        (item(), True, 0),
        (item(required=False), None, 0),
        (item("photo"), None, 1),
        (item(evidence=Evidence("always")), False, 2),
        (item(evidence=Evidence("on_fail")), True, 0),
    ],
)
def test_what_is_answered_and_proved_may_be_closed(asked: Item, answer: Any, files: int) -> None:
    assert scoring.missing(form(asked), {"asked": answer}, {"asked": files}) == []
