"""A form with one item of every kind, and data of its kind made at random."""

from typing import Any

from hypothesis import strategies as st

from huakai_platform import forms
from huakai_platform.kernel.fields import FIRST_DAY, LAST_DAY


def said(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": f"{zh} (en)"}


OPTIONS = [{"code": "good", "text": said("好"), "points": 4}, {"code": "poor", "text": said("差"), "points": 1}]
EVERY_KIND: dict[str, Any] = {
    "kind": "checklist",
    "code": "every-kind",
    "title": said("每种题"),
    "period": "day",
    "sections": [
        {
            "code": "asked",
            "title": said("问答"),
            "items": [
                {
                    "code": "light",
                    "text": said("灯亮"),
                    "kind": "boolean",
                    "core": True,
                    "weight": 2,
                    "evidence": {"when": "always"},
                    "source": "S9",
                },
                {
                    "code": "door",
                    "text": said("门关好"),
                    "kind": "yes_no_na",
                    "weight": 3,
                    "evidence": {"when": "on_fail", "count": 2},
                    "proposed": True,
                },
                {
                    "code": "area",
                    "text": said("面积"),
                    "kind": "number",
                    "weight": 5,
                    "unit": {"zh": "平方米", "en": "m²"},
                    "min": 0,
                    "max": 1000,
                    "pass": {"at_least": 20},
                    "proposed": True,
                },
                {
                    "code": "visitors",
                    "text": said("来访人次"),
                    "kind": "integer",
                    "min": 0,
                    "max": 500,
                    "not_applicable": True,
                    "proposed": True,
                },
                {
                    "code": "order",
                    "text": said("秩序"),
                    "kind": "choice",
                    "weight": 4,
                    "options": OPTIONS,
                    "proposed": True,
                },
                {
                    "code": "walls",
                    "text": said("上墙制度"),
                    "kind": "choices",
                    "weight": 1,
                    "options": [{"code": "rule", "text": said("制度")}, {"code": "phone", "text": said("电话")}],
                    "pass": {"all_of": ["rule"]},
                    "source": ["S10", "S13"],
                },
            ],
        },
        {
            "code": "kept",
            "title": said("留存"),
            "items": [
                {"code": "note", "text": said("备注"), "kind": "text", "required": False, "proposed": True},
                {"code": "checked_on", "text": said("日期"), "kind": "date", "proposed": True},
                {"code": "view", "text": said("全景"), "kind": "photo", "weight": 1, "tiers": ["T3"], "proposed": True},
                {"code": "plan", "text": said("预案"), "kind": "document", "required": False, "proposed": True},
            ],
        },
    ],
}

FORM = forms.definition(EVERY_KIND)
LINES = st.from_regex(r"[一-龥a-zA-Z0-9，。]{1,30}", fullmatch=True)
ANSWERS = st.fixed_dictionaries(
    {
        "light": st.booleans(),
        "door": st.sampled_from(["yes", "no", "na"]),
        "area": st.one_of(st.integers(0, 1000), st.decimals(0, 999, places=2).map(float)),
        "visitors": st.one_of(st.integers(0, 500), st.just("na")),
        "order": st.sampled_from(["good", "poor"]),
        "walls": st.sampled_from([["rule"], ["phone"], ["rule", "phone"]]),
        "checked_on": st.dates(FIRST_DAY, LAST_DAY).map(str),
        "view": st.lists(st.uuids().map(str), min_size=1, max_size=3, unique=True),
    },
    optional={"note": LINES, "plan": st.lists(st.uuids().map(str), min_size=1, max_size=2)},
)
