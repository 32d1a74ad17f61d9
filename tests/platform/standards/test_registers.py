"""A register in an edition holds together, or is refused with the place and the reason."""

from typing import Any

import pytest

from huakai_platform.standards import soundness
from huakai_platform.standards.editing import blank
from tests.support.registered import body


def faults(**changes: Any) -> list[tuple[str, str]]:
    return soundness.faults(body("desk", **changes))


def test_a_sound_register_has_no_fault() -> None:
    assert faults() == []


def test_a_new_register_is_whole_from_the_start() -> None:
    begun = {**blank.OF["register"], "kind": "register", "code": "new", "title": {"zh": "新", "en": "New"}}
    assert soundness.faults(begun) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"dated": "about"}, "dated"),
        ({"dated": "nothing"}, "dated"),
        ({"writers": ["institution_admin"]}, "writers"),
        ({"writers": []}, "writers"),
        ({"level": "institution", "privacy": "confidential", "writers": ["institution_admin"]}, "privacy"),
        ({"keep": {"months": 12}}, "keep"),
        (
            {
                "metrics": [
                    {"code": "a", "title": {"zh": "甲", "en": "A"}, "unit": {"zh": "件", "en": "x"}, "counting": "sum"}
                ]
            },
            "metrics",
        ),
        ({"code": "Desk"}, "code"),
        ({"anonymous": True}, "rows"),
    ],
)
def test_a_register_that_does_not_hold_together_is_refused(changes: dict[str, Any], place: str) -> None:
    assert [path.split(".")[0].split("[")[0] for path, _why in faults(**changes)] == [place]
