"""Scales and surveys in an edition: whole, or refused with the place and the reason; and what their scores may be."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from huakai_platform.standards import asked, soundness
from huakai_platform.standards.definitions import asking
from huakai_platform.standards.editing import blank
from huakai_platform.standards.shipped import load_shipped

SHIPPED = {one.code: one.body for one in load_shipped().definitions if one.kind in ("scale", "survey")}
ZUNG = [{"code": f"q{number}", "reversed": number % 2 == 0} for number in range(20)]


def text(said: str) -> dict[str, str]:
    return {"zh": said, "en": said}


def scale(**changes: Any) -> dict[str, Any]:
    made = {**blank.OF["scale"], "kind": "scale", "code": "new", "title": text("New")}
    return made | changes


def band(code: str, low: float, high: float) -> dict[str, Any]:
    return {"code": code, "title": text(code), "low": low, "high": high, "severity": "none"}


def total(*bands: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**blank.OF["scale"]["scores"][0], "bands": list(bands), **changes}


@pytest.mark.parametrize(("code", "highest"), [("phq9", 27), ("gad7", 21)])
def test_the_shipped_scales_score_as_their_source_says(code: str, highest: int) -> None:
    body = SHIPPED[code]
    points = [Decimal(one["points"]) for one in body["options"]]
    values = asking.totals(points, body["items"], body["scores"][0])
    assert values == [Fraction(value) for value in range(highest + 1)]
    bands = body["scores"][0]["bands"]
    assert (bands[0]["low"], bands[-1]["high"]) == (0, highest)
    assert [one["low"] for one in bands][:4] == [0, 5, 10, 15]


def test_any_answer_but_never_to_the_ninth_item_is_followed_up_at_once() -> None:
    urgent = {item["code"]: item["urgent_from"] for item in SHIPPED["phq9"]["items"] if "urgent_from" in item}
    assert urgent == {"harm": 1}
    assert not any("urgent_from" in item for item in SHIPPED["gad7"]["items"])


@pytest.mark.parametrize("kind", ["scale", "survey"])
def test_a_new_one_is_whole_from_the_start(kind: str) -> None:
    begun = {**blank.OF[kind], "kind": kind, "code": "new", "title": text("New")}
    assert soundness.faults(begun) == []


@pytest.mark.parametrize(
    ("score", "values"),
    [
        ({"counting": "sum", "factor": Decimal("1.25"), "whole": True}, (25, 26, 100)),
        ({"counting": "mean"}, (1, Fraction(21, 20), 4)),
        ({"counting": "sum", "of": ["q1", "q2"]}, (2, 3, 8)),
    ],
)
def test_every_value_that_a_score_may_take(score: dict[str, Any], values: tuple[Any, Any, Any]) -> None:
    points = [Decimal(one) for one in (1, 2, 3, 4)]
    found = asking.totals(points, asking.scored(score, ZUNG), score)
    assert (found[0], found[1], found[-1]) == values


@pytest.mark.parametrize(
    ("changes", "place", "why"),
    [
        ({"scores": [total(band("low", 0, 0))]}, "scores", "得分 1 不在任何区间里"),
        ({"scores": [total(band("low", 0, 1), band("high", 1, 2))]}, "scores", "互不重叠"),
        ({"scores": [total(band("low", 0, 1), band("high", 2, 3))]}, "scores", "到不了区间 high"),
        ({"scores": [total(band("low", 1, 0))]}, "scores", "从低到高"),
        ({"scores": [total(of=["lost"])]}, "scores", "找不到 lost"),
        ({"scores": []}, "scores", "至少"),
        ({"items": []}, "items", "至少"),
        ({"options": blank.OF["scale"]["options"][:1]}, "options", "至少"),
        ({"items": blank.OF["scale"]["items"] * 2}, "items", "两次"),
        ({"items": [{**blank.OF["scale"]["items"][0], "urgent_from": 2}]}, "items", "没有这么高的分值"),
        ({"window": {"days": 14}}, "window", "来源"),
        ({"licence": {"proposed": True}}, "licence.terms", ""),
        ({"answers": []}, "answers", ""),
    ],
)
def test_a_scale_that_does_not_hold_together_is_refused(changes: dict[str, Any], place: str, why: str) -> None:
    ((path, said),) = soundness.faults(scale(**changes))
    assert path == place
    assert why in str(said)


def test_a_score_with_too_many_values_is_refused() -> None:
    options = [
        {"code": f"o{number}", "text": text("x"), "points": round(1.1**number, 4), "proposed": True}
        for number in range(12)
    ]
    items = [{"code": f"i{number}", "text": text("x"), "proposed": True} for number in range(40)]
    faults = soundness.faults(scale(options=options, items=items, scores=[total(band("all", 0, 1000))]))
    assert [path for path, _why in faults] == ["scores"]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"code": "photo", "kind": "photo", "text": text("x"), "proposed": True}, "照片"),
        ({"code": "good", "kind": "boolean", "core": True, "text": text("x"), "proposed": True}, "不判断"),
        ({"code": "wish", "kind": "text", "text": text("y"), "proposed": True}, "代码重复"),
    ],
)
def test_a_survey_asks_and_does_not_judge(item: dict[str, Any], why: str) -> None:
    section = blank.OF["survey"]["sections"][0]
    sections = [{**section, "items": [*section["items"], item]}]
    body = {**blank.OF["survey"], "kind": "survey", "code": "new", "title": text("New"), "sections": sections}
    ((path, said),) = soundness.faults(body)
    assert path == "sections"
    assert why in str(said)


def test_what_is_asked_is_shown_as_a_form() -> None:
    form = asked.form(SHIPPED["phq9"])
    assert form is not None
    assert [option.code for option in next(iter(form)).options] == ["never", "days", "half", "daily"]
    assert len(list(form)) == 9
    survey = asked.form(SHIPPED["visitor_satisfaction"])
    assert survey is not None
    assert survey.item("overall")
    assert asked.form(load_shipped().find("spaces")) is None
