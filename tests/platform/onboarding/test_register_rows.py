"""What a row may hold, and what is said when it does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from huakai_platform.kernel.workbooks import Cell, Sheet, Value, Workbook
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import FIELDS, Field, Region, RegisterRow, State, Verdict
from tests.support.lookups import MemoryLookups

TODAY = date(2026, 11, 22)
GOOD: dict[str, Value] = {
    "name": "平安社区心理咨询室",
    "kind": "心理咨询室",
    "tier": "T1",
    "region_code": "410311002001",
    "county": "洛龙区",
    "township": "开元路街道",
    "community": "平安社区",
    "address": "开元路80号",
    "host": "党群服务中心",
    "operating_since": "2019/9/1",
    "a_name": "甲",
    "a_phone": "19900000001",
    "b_name": "乙",
    "b_phone": "19900010001",
}


def parse(*rows: dict[str, Value], formula: Field | None = None) -> list[RegisterRow]:
    header = [Cell(0, n, str(FIELDS[field].label)) for n, field in enumerate(Field)]
    lines = [
        [Cell(r, n, row.get(field.value), "1+1" if field is formula else None) for n, field in enumerate(Field)]
        for r, row in enumerate(rows, 1)
    ]
    book = Workbook((Sheet("S", [header, *lines]),))
    return register.parse(book, register.locate(book))


def judge(*rows: dict[str, Value], lookups: MemoryLookups | None = None, **options: Any) -> list[Verdict]:
    return register.check(parse(*rows), lookups or MemoryLookups(), TODAY, **options)


def codes(verdict: Verdict) -> list[str]:
    return [problem.code for problem in verdict.problems]


@pytest.mark.parametrize(
    ("field", "given", "meant"),
    [
        ("operating_since", "2019/9/1", date(2019, 9, 1)),
        ("operating_since", "2022-10-03", date(2022, 10, 3)),
        ("operating_since", "2019年9月1日", date(2019, 9, 1)),
        ("operating_since", "2019.9.1", date(2019, 9, 1)),
        ("operating_since", "20190901", date(2019, 9, 1)),
        ("operating_since", 20190901, date(2019, 9, 1)),
        ("operating_since", "2019-09-01T08:30:00", date(2019, 9, 1)),
        ("operating_since", "2019/09/01 00:00:00", date(2019, 9, 1)),
        ("area", 30, Decimal("30.00")),
        ("area", "30㎡", Decimal("30.00")),
        ("area", "1,200.5 平方米", Decimal("1200.50")),
        ("weekly_hours", "20小时", Decimal("20.00")),
        ("weekly_hours", 0, Decimal("0.00")),
        ("a_phone", 19900000001, "19900000001"),
        ("a_phone", "+86 199-0000-0001", "19900000001"),
        ("a_phone", "0379-65121234", "037965121234"),
        ("a_phone", "199 0000 0001", "19900000001"),
        ("region_code", 410311002001, "410311002001"),
        ("region_code", "410311002001", "410311002001"),
        ("tier", "t1", "T1"),
        ("tier", "村(社区)", "T1"),
        ("kind", " 心理咨询 中心", "center"),
        ("kind", "Room", "room"),
        ("ownership", "市级示范", "demonstration"),
        ("name", "平安\u200b社区\n心理咨询室 ", "平安社区 心理咨询室"),
        ("address", "@院 -1 层", "@院 -1 层"),
    ],
)
def test_people_write_one_thing_in_many_ways(field: str, given: Value, meant: object) -> None:
    row = parse({**GOOD, field: given})[0]

    assert row.problems == ()
    assert getattr(row, field) == meant


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("name", None, "name_missing"),
        ("name", "  \u3000", "name_missing"),
        ("name", '=HYPERLINK("x")', "formula"),
        ("name", "=1+1", "formula"),
        ("name", "长" * 101, "too_long"),
        ("kind", None, "kind_missing"),
        ("kind", "咨询点", "kind_unknown"),
        ("tier", "T9", "tier_unknown"),
        ("tier", "T5", "tier_unknown"),
        ("region_code", None, "region_code_missing"),
        ("region_code", "41031100299", "code_length"),
        ("region_code", "4103110020010", "code_length"),
        ("region_code", "4.1E+11", "cell_error"),
        ("name", "#REF!", "cell_error"),
        ("area", "#DIV/0!", "cell_error"),
        ("weekly_hours", "20㎡", "hours_not_number"),
        ("area", "约三十", "area_not_number"),
        ("area", "30-40", "area_not_number"),
        ("area", 0, "area_out_of_range"),
        ("area", 1e9, "area_out_of_range"),
        ("area", "9" * 60, "area_not_number"),
        ("weekly_hours", -4, "hours_negative"),
        ("weekly_hours", 169, "hours_too_many"),
        ("weekly_hours", "inf", "hours_not_number"),
        ("weekly_hours", "全天", "hours_not_number"),
        ("operating_since", "2031-02-30", "date_impossible"),
        ("operating_since", "0001-01-01", "date_impossible"),
        ("operating_since", "2019年秋", "date_unreadable"),
        ("operating_since", 4370, "date_unreadable"),
        ("operating_since", "#N/A", "cell_error"),
        ("ownership", "其他", "ownership_unknown"),
        ("a_phone", "12345", "phone_malformed"),
        ("b_phone", "1990001000a", "phone_malformed"),
        ("note", "长" * 501, "too_long"),
    ],
)
def test_a_bad_value_is_named_at_its_cell(field: str, given: Value, code: str) -> None:
    row = parse({**GOOD, field: given})[0]

    assert [(p.field, p.row, p.code) for p in row.problems] == [(field, 2, code)]
    assert getattr(row, field) in (None, "")


@pytest.mark.parametrize("field", [field for field in Field if field is not Field.SEQ])
def test_a_formula_without_a_value_is_refused_wherever_it_stands(field: Field) -> None:
    row = parse({**GOOD, field.value: None}, formula=field)[0]

    assert [(p.field, p.code) for p in row.problems] == [(field, "formula")]


@pytest.mark.parametrize("field", [Field.SEQ, Field.AREA, Field.WEEKLY_HOURS])
def test_a_number_worked_out_by_excel_is_taken(field: Field) -> None:
    assert parse({**GOOD, field.value: 20}, formula=field)[0].problems == ()


def test_rows_that_name_no_site_are_none() -> None:
    assert parse({}, {"seq": "合计", "note": "302"}, {**GOOD, "seq": "示例"}) == []


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"operating_since": "2027-01-01"}, "date_future", "N2"),
        ({"b_name": "甲"}, "same_person", "Q2"),
        ({"b_name": " 甲 "}, "same_person", "Q2"),
        ({"b_phone": "199 0000 0001"}, "same_phone", "R2"),
        ({"region_code": "999999999999"}, "region_unknown", "E2"),
        ({"region_code": "410311000001"}, "region_unknown", "E2"),
    ],
)
def test_what_a_row_contradicts_is_an_error(changes: dict[str, Value], code: str, cell: str) -> None:
    verdict = judge({**GOOD, **changes})[0]

    assert verdict.state is State.ERROR
    assert [(p.code, p.cell) for p in verdict.problems] == [(code, cell)]


def test_names_that_disagree_with_the_code_only_warn() -> None:
    verdict = judge({**GOOD, "county": "涧西区", "township": "关林街道"})[0]

    assert verdict.state is State.NEW
    assert [(p.code, p.severity) for p in verdict.problems] == [
        ("county_differs", "warning"),
        ("township_differs", "warning"),
    ]


def test_a_county_may_be_written_with_its_city_before_it() -> None:
    assert judge({**GOOD, "county": "洛阳市洛龙区"})[0].problems == ()


def test_a_community_that_the_tree_knows_is_held_against_its_name_and_parent() -> None:
    community = Region("410311002001", "和顺社区", "community", "410311002000")

    verdict = judge(GOOD, lookups=MemoryLookups({community.code: community}))[0]

    assert codes(verdict) == ["community_differs"]
    assert verdict.township_code == "410311002000"


def test_a_prefecture_without_counties_is_followed_by_its_parent_links() -> None:
    row = {**GOOD, "region_code": "441900003001", "county": "", "township": "", "community": ""}

    assert judge(row)[0].problems == ()


def test_a_retired_region_names_its_successor() -> None:
    gone = Region("410311002001", "和顺社区", "community", "410311002000", retired=True, successor="410311002009")

    verdict = judge(GOOD, lookups=MemoryLookups({gone.code: gone}))[0]

    assert codes(verdict) == ["region_retired"]
    assert "410311002009" in verdict.problems[0].message


OTHER: dict[str, Value] = {
    **GOOD,
    "name": "另一个心理咨询室",
    "region_code": "410311002002",
    "address": "别处1号",
    "a_name": "丙",
    "a_phone": "19900000009",
}


@pytest.mark.parametrize(
    ("changes", "likeness", "cell"),
    [
        ({"region_code": GOOD["region_code"]}, "same_community", "E3"),
        ({"name": "平安社区 心理咨询室"}, "same_name", "B3"),
        ({"address": GOOD["address"]}, "same_host", "L3"),
    ],
)
def test_a_likeness_within_the_file_and_with_what_is_there_is_doubted(
    changes: dict[str, Value], likeness: str, cell: str
) -> None:
    lookups = MemoryLookups()
    within = judge(GOOD, {**OTHER, **changes}, lookups=lookups)
    rows = parse(GOOD)
    lookups.take_in(rows, register.check(rows, lookups, TODAY))
    later = judge({}, {**OTHER, **changes}, lookups=lookups)

    assert [verdict.state for verdict in within] == [State.NEW, State.POSSIBLE_DUPLICATE]
    assert [verdict.state for verdict in later] == [State.POSSIBLE_DUPLICATE]
    for verdict in (within[1], later[0]):
        assert [(p.code, p.cell) for p in verdict.problems] == [(likeness, cell)]
        assert [twin.likeness for twin in verdict.duplicates_of] == [likeness]
    assert within[1].duplicates_of[0].row == 2
    assert later[0].duplicates_of[0].site is not None


def test_two_sites_that_share_nothing_are_both_new() -> None:
    assert [verdict.state for verdict in judge(GOOD, OTHER)] == [State.NEW, State.NEW]


def test_a_reason_of_five_characters_lets_it_in_and_a_shorter_one_does_not() -> None:
    twin = {**OTHER, "region_code": GOOD["region_code"]}

    short = judge(GOOD, twin, reasons={3: "不 同"})[1]
    long = judge(GOOD, twin, reasons={3: "不同的两处"})[1]

    assert (short.state, codes(short)) == (State.POSSIBLE_DUPLICATE, ["same_community", "reason_too_short"])
    assert (long.state, long.reason) == (State.NEW, "不同的两处")


def test_a_reason_does_not_let_an_error_in() -> None:
    assert judge(GOOD, {**OTHER, "tier": "T9"}, reasons={3: "无论如何都要"})[1].state is State.ERROR


def test_a_row_repeated_with_other_spaces_names_the_first() -> None:
    verdict = judge(GOOD, {**GOOD, "name": "平安社区 心理咨询室"})[1]

    assert codes(verdict) == ["row_repeated"]
    assert "第 2 行" in verdict.problems[0].message
