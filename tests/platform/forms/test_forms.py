"""A definition becomes a schema, a score, a list of gaps and a JSON Schema."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from huakai_platform import forms
from tests.platform.forms.shapes import ANSWERS, EVERY_KIND, FORM, said

FILE = "0197c7a1-2b3c-7def-8123-456789abcdef"
GOOD: dict[str, Any] = {
    "light": True,
    "door": "yes",
    "area": 20,
    "visitors": 3,
    "order": "good",
    "walls": ["rule"],
    "checked_on": "2026-11-22",
    "view": [FILE],
}


def item(code: str) -> forms.Item:
    found = FORM.item(code)
    assert found
    return found


def broken(**changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(EVERY_KIND)
    data["sections"][0]["items"][0] |= changes
    return data


@given(ANSWERS)
def test_answers_pass_the_schema_unchanged(answers: dict[str, Any]) -> None:
    assert forms.schema(FORM)().load(answers) == answers


@given(ANSWERS)
def test_one_by_one_or_all_together_is_the_same(answers: dict[str, Any]) -> None:
    assert {code: forms.check(item(code), raw) for code, raw in answers.items()} == answers


@given(
    code=st.sampled_from(list(GOOD)),
    raw=st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.text())),
)
def test_any_raw_answer_is_taken_or_refused(code: str, raw: Any) -> None:
    try:
        value = forms.check(item(code), raw)
    except ValidationError:
        return
    assert value is None or forms.check(item(code), value) == value


def test_a_browser_sends_text_and_the_answer_is_typed() -> None:
    sent = {
        "light": "true",
        "door": "na",
        "area": "20.50",
        "visitors": "na",
        "order": "poor",
        "walls": ["phone", "rule"],
    }

    answers = forms.schema(FORM, partial=True, from_form=True)().load(sent)

    assert answers == {
        "light": True,
        "door": "na",
        "area": 20.5,
        "visitors": "na",
        "order": "poor",
        "walls": ["rule", "phone"],
    }


def test_json_answers_are_not_guessed() -> None:
    with pytest.raises(ValidationError) as refusal:
        forms.schema(FORM, partial=True)().load({"light": "true", "area": "20", "door": "na ", "x": 1})

    assert set(refusal.value.messages_dict) == {"light", "area", "door", "x"}


def test_a_whole_form_needs_its_required_answers_and_a_partial_one_needs_none() -> None:
    assert forms.schema(FORM, partial=True)().load({}) == {}
    with pytest.raises(ValidationError) as refusal:
        forms.schema(FORM)().load({})
    assert set(refusal.value.messages_dict) == set(GOOD)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("area", "-1"),
        ("area", 1001),
        ("visitors", 2.5),
        ("order", "fine"),
        ("walls", ["x"]),
        ("view", ["x"]),
        ("light", "na"),
    ],
)
def test_answers_outside_the_rules_are_refused(code: str, raw: Any) -> None:
    with pytest.raises(ValidationError):
        forms.check(item(code), raw)


@pytest.mark.parametrize("blank", ["", "  ", None, []])
def test_a_blank_takes_the_answer_back(blank: Any) -> None:
    assert forms.check(item("area"), blank) is None


@pytest.mark.parametrize(
    ("code", "value", "verdict"),
    [
        ("light", True, True),
        ("light", False, False),
        ("door", "no", False),
        ("door", "na", None),
        ("area", 19.99, False),
        ("area", 20, True),
        ("visitors", 5, None),
        ("walls", ["phone"], False),
        ("view", [FILE], True),
        ("note", "有", None),
        ("area", None, None),
    ],
)
def test_each_kind_has_its_verdict(code: str, value: Any, verdict: bool | None) -> None:
    assert forms.passed(item(code), value) is verdict


def test_a_wish_for_no_turns_the_verdict() -> None:
    form = forms.definition(broken(kind="yes_no_na", **{"pass": {"equals": "no"}}))
    leak = form.item("light")
    assert leak
    assert (forms.passed(leak, "no"), forms.passed(leak, "yes")) == (True, False)


def test_a_good_form_earns_everything() -> None:
    score = forms.score(FORM, GOOD)

    assert score.points == score.possible == 16
    assert score.percent == 100
    assert (score.failed_core, score.answered, score.total) == ((), 8, 10)


def test_what_does_not_apply_counts_neither_way_and_a_failed_core_item_is_named() -> None:
    score = forms.score(FORM, GOOD | {"door": "na", "light": False, "order": "poor"})

    assert (int(score.points), int(score.possible), score.failed_core) == (8, 13, ("light",))
    assert score.percent == Decimal("61.5")


@given(ANSWERS)
def test_points_stay_between_nothing_and_what_is_possible(answers: dict[str, Any]) -> None:
    score = forms.score(FORM, answers)

    assert 0 <= score.points <= score.possible
    assert score.answered == len(answers)


def test_an_open_form_lists_what_is_missing() -> None:
    problems = forms.missing(FORM, {"light": True, "door": "no", "area": 5}, {"door": 1, "view": 1})

    assert [(problem.item, problem.reason) for problem in problems] == [
        ("light", "evidence"),
        ("door", "evidence"),
        ("visitors", "unanswered"),
        ("order", "unanswered"),
        ("walls", "unanswered"),
        ("checked_on", "unanswered"),
    ]
    assert problems[1].message == "还需拍摄 1 张照片"


def test_a_complete_form_misses_nothing() -> None:
    assert forms.missing(FORM, GOOD, {"light": 1}) == []


def test_a_tier_sees_its_own_items() -> None:
    assert FORM.at_tier("T1").item("view") is None
    assert FORM.at_tier("T3").item("view")


def test_the_json_schema_names_every_item() -> None:
    made = forms.json_schema(FORM, "en")

    assert set(made["properties"]) == {item.code for item in FORM}
    assert made["properties"]["area"] == {"title": "面积 (en)", "type": "number", "minimum": 0, "maximum": 1000}
    assert made["properties"]["visitors"]["anyOf"][1] == {"const": "na"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"kind": "slider"}, "kind"),
        ({"text": {"zh": "灯"}}, "text"),
        ({"colour": "red"}, "colour"),
        ({"weight": -1}, "weight"),
        ({"code": "Light"}, "code"),
        ({"kind": "choice"}, "_schema"),
        ({"options": [{"code": "a", "text": {"zh": "甲", "en": "A"}}]}, "_schema"),
        ({"kind": "number"}, "_schema"),
        ({"pass": {"at_least": 1}}, "_schema"),
        ({"unit": {"zh": "个", "en": "pcs"}}, "_schema"),
    ],
)
def test_a_bad_item_is_named_by_its_path(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        forms.definition(broken(**changes))

    assert place in refusal.value.messages_dict["sections"][0]["items"][0]


def test_an_item_needs_a_source_or_is_proposed() -> None:
    data = broken()
    del data["sections"][0]["items"][0]["source"]
    with pytest.raises(ValidationError, match="proposed"):
        forms.definition(data)


def test_codes_are_named_once_in_a_form() -> None:
    with pytest.raises(ValidationError, match="代码重复：door"):
        forms.definition(broken(code="door"))


@pytest.mark.parametrize(
    ("period", "rule", "day", "due"),
    [
        ("day", None, date(2026, 11, 20), date(2026, 11, 20)),
        ("day", None, date(2026, 11, 22), None),
        ("week", {"weekdays": [5]}, date(2026, 11, 18), date(2026, 11, 20)),
        ("month", {"day": 31}, date(2026, 2, 3), date(2026, 2, 27)),
        ("month", None, date(2026, 11, 3), date(2026, 11, 30)),
        ("once", {"within_days": 30}, date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_forms_fall_due(period: str, rule: dict[str, Any] | None, day: date, due: date | None) -> None:
    data = EVERY_KIND | {"period": period} | ({"due": rule} if rule else {})
    assert forms.due(forms.definition(data), day) == due


@pytest.mark.parametrize(("period", "due"), [("day", None), ("week", None), ("month", date(2027, 2, 26))])
def test_where_nobody_works_a_month_keeps_its_day_and_a_week_asks_for_nothing(period: str, due: date | None) -> None:
    data = EVERY_KIND | {"period": period, "due": {"day": 26}}
    assert forms.due(forms.definition(data), date(2027, 2, 15), lambda _day: False) == due


def test_a_localized_text_speaks_two_languages() -> None:
    title = FORM.title
    assert (str(title), title.of("zh_CN"), title.of("en")) == ("每种题", "每种题", said("每种题")["en"])
