"""The arithmetic of a score: which set, which band, which grade, and what a failed core item does."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from huakai_platform.compliance import scoring
from huakai_platform.compliance.scoring import NotYet, age_set, full_years, grade_of, score, share_of
from huakai_platform.standards.measured import Measured
from huakai_platform.standards.shipped import load_shipped

INDICATORS = load_shipped().find("indicators")
SETS, GRADES = INDICATORS["sets"], INDICATORS["grades"]
PERFECT = {one["code"]: Decimal(0 if one["code"] == "privacy_incidents" else 100) for one in INDICATORS["metrics"]}


@pytest.mark.parametrize(
    ("since", "on", "expected"),
    [
        ("2025-11-25", "2025-11-25", "A"),
        ("2025-11-25", "2026-11-24", "A"),
        ("2025-11-25", "2026-11-25", "B"),
        ("2023-11-25", "2026-11-25", "B"),
        ("2023-11-24", "2026-11-25", "C"),
        ("2024-02-29", "2025-02-27", "A"),
        ("2024-02-29", "2025-02-28", "B"),
        ("2024-02-29", "2027-02-28", "B"),
        ("2024-02-29", "2027-03-01", "C"),
        ("2025-02-28", "2028-02-28", "B"),
        ("2025-02-28", "2028-02-29", "C"),
        ("1900-01-01", "2100-12-31", "C"),
    ],
)
def test_the_set_goes_by_the_calendar(since: str, on: str, expected: str) -> None:
    assert age_set(SETS, date.fromisoformat(since), date.fromisoformat(on)) == expected


def test_every_day_of_five_years_has_exactly_one_set_and_they_come_in_order() -> None:
    since = date(2024, 2, 29)
    found = [age_set(SETS, since, since + timedelta(days=day)) for day in range(5 * 366)]
    assert found == sorted(found)
    assert (found.count("A"), found.count("B")) == (365, (date(2027, 2, 28) - date(2025, 2, 28)).days + 1)


def test_a_site_that_does_not_operate_yet_has_no_set() -> None:
    with pytest.raises(NotYet):
        age_set(SETS, date(2026, 1, 2), date(2026, 1, 1))


def test_a_year_is_full_on_its_anniversary() -> None:
    assert [full_years(date(2024, 2, 29), on) for on in (date(2025, 2, 27), date(2025, 2, 28))] == [0, 1]


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_every_set_comes_to_a_hundred_points(name: str) -> None:
    result = score(INDICATORS, name, PERFECT)
    assert [result.points, result.possible, result.total] == [Decimal(100)] * 3
    assert (result.percent, result.grade, result.capped) == (Decimal("100.00"), "excellent", False)
    assert {one.code: int(one.total) for one in result.dimensions} == {
        one["code"]: one["weights"][name] for one in INDICATORS["dimensions"] if one["weights"][name]
    }


@pytest.mark.parametrize(
    ("percent", "grade"),
    [
        ("100", "excellent"),
        ("90.00", "excellent"),
        ("89.99", "good"),
        ("80.00", "good"),
        ("79.99", "qualified"),
        ("60.00", "qualified"),
        ("59.99", "unqualified"),
        ("0", "unqualified"),
    ],
)
def test_the_borders_of_the_grades_are_half_open(percent: str, grade: str) -> None:
    assert grade_of(GRADES, Decimal(percent)) == grade


def test_the_grade_is_read_off_the_figure_that_is_shown() -> None:
    """8999.5 of 10000 are 89.995 %, shown as 90.00, and graded so."""
    definition = _one_indicator(points=10_000, bands=[{"at_least": 1, "share": 100}])
    definition["indicators"].append(
        {**definition["indicators"][0], "code": "y", "metric": "n", "points": {"A": 10_000}}
    )
    assert scoring._percent(Decimal("8999.5"), Decimal(10_000), scoring.PLACES) == Decimal("90.00")
    assert scoring._percent(Decimal("8999.4"), Decimal(10_000), scoring.PLACES) == Decimal("89.99")
    assert score(definition, "A", {"m": Decimal(1), "n": Decimal(0)}).percent == Decimal("50.00")


def test_what_was_not_measured_counts_in_neither_sum() -> None:
    result = score(INDICATORS, "A", {"area_share": Decimal(100), "spaces_share": Decimal(80), "crisis_share": None})
    assert (result.points, result.possible) == (Decimal("10.20"), Decimal(13))
    assert (result.percent, result.measured) == (Decimal("78.46"), Decimal("13.0"))
    assert not result.failed_core


def test_nothing_measured_is_no_grade() -> None:
    result = score(INDICATORS, "B", {})
    assert (result.percent, result.grade, result.capped) == (None, None, False)
    assert result.points == 0


def test_a_failed_core_item_holds_the_grade_at_the_lowest() -> None:
    result = score(INDICATORS, "C", PERFECT | {"certified_share": Decimal("99.99")})
    assert result.percent == Decimal("97.00")
    assert (result.earned, result.grade) == ("excellent", "unqualified")
    assert result.failed_core == ("certified",)


def test_a_core_item_in_a_lower_band_has_not_failed() -> None:
    result = score(INDICATORS, "A", PERFECT | {"area_share": Decimal(90)})
    assert (result.failed_core, result.grade, result.points) == ((), "excellent", Decimal("97.60"))


def test_an_ordinary_item_that_fails_caps_nothing() -> None:
    result = score(INDICATORS, "A", PERFECT | {"posts_share": Decimal(0)})
    assert (result.capped, result.percent, result.grade) == (False, Decimal("94.00"), "excellent")


def test_fewer_is_better_where_the_bands_say_so() -> None:
    bands: list[dict[str, Any]] = [{"at_most": 0, "share": 100}, {"at_most": 2, "share": 40}]
    assert [share_of(bands, Decimal(n)) for n in (0, 1, 2, 3)] == [100, 40, 40, 0]


def test_a_share_never_rounds_up_into_a_band() -> None:
    assert Measured("m", Decimal(19_999), Decimal(20_000)).value == Decimal("99.99")
    assert Measured("m", Decimal(30), Decimal(20)).value == Decimal("100")
    assert Measured("m", missing="no_register").value is None


def _one_indicator(points: int, bands: list[dict[str, Any]]) -> dict[str, Any]:
    one = {"code": "x", "dimension": "d", "metric": "m", "points": {"A": points}, "bands": bands}
    return {"dimensions": [{"code": "d"}], "grades": GRADES, "indicators": [one]}
