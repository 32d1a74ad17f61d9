"""What a definition begins with that a draft adds."""

from collections.abc import Mapping
from typing import Any

OF: Mapping[str, Mapping[str, Any]] = {
    "checklist": {"period": "once", "sections": []},
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
"""By kind, of those kinds of which an edition may have many. A register is whole: one date, counted by its entries."""
