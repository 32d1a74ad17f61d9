"""What a definition begins with that a draft adds."""

from collections.abc import Mapping
from typing import Any

OF: Mapping[str, Mapping[str, Any]] = {
    "checklist": {"period": "once", "sections": []},
    "scale": {
        "licence": {"terms": {"zh": "请写明使用许可", "en": "Say on which terms it may be used"}, "proposed": True},
        "options": [
            {"code": "no", "text": {"zh": "否", "en": "No"}, "points": 0, "proposed": True},
            {"code": "yes", "text": {"zh": "是", "en": "Yes"}, "points": 1, "proposed": True},
        ],
        "items": [{"code": "first", "text": {"zh": "第一题", "en": "First statement"}, "proposed": True}],
        "scores": [
            {
                "code": "total",
                "title": {"zh": "总分", "en": "Total"},
                "counting": "sum",
                "higher_is": "worse",
                "bands": [],
                "proposed": True,
            }
        ],
    },
    "survey": {
        "audience": "visitor",
        "anonymous": True,
        "sections": [
            {
                "code": "questions",
                "title": {"zh": "问题", "en": "Questions"},
                "items": [{"code": "wish", "kind": "text", "text": {"zh": "建议", "en": "Wishes"}, "proposed": True}],
            }
        ],
    },
    "register": {
        "level": "site",
        "privacy": "staff",
        "writers": ["site_head"],
        "keep": {"months": 36, "proposed": True},
        "dated": "day",
        "sections": [
            {
                "code": "entry",
                "title": {"zh": "登记", "en": "Entry"},
                "items": [{"code": "day", "kind": "date", "text": {"zh": "日期", "en": "Day"}, "proposed": True}],
            }
        ],
        "rows": [],
        "metrics": [
            {
                "code": "entries",
                "title": {"zh": "登记条数", "en": "Entries"},
                "unit": {"zh": "条", "en": "entries"},
                "counting": "entries",
            }
        ],
    },
}
"""By kind, of those kinds of which an edition may have many. Each is whole: a register
has one date and counts its entries, a scale one statement and its total, a survey one question."""
