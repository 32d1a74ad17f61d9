"""Whatever a cell holds, a dry run ends in verdicts."""

import random
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.workbooks import Cell, Page, Sheet, Value, Workbook
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import FIELDS, State
from tests.support.lookups import REGISTER, MemoryLookups, regions

TODAY = date(2026, 11, 22)
TITLES: list[Value] = [str(spec.label) for spec in FIELDS.values()]
AWKWARD = st.sampled_from(
    [
        "心理咨询室",
        "T1",
        "410311002001",
        "2019/9/1",
        "=1",
        "{name}",
        "{0}",
        "%s",
        "\x00",
        "\u202e",
        "１２",
        "1e999",
        "-0",
        "٣",
    ]
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), AWKWARD)
ROWS = st.lists(st.lists(VALUES, min_size=len(TITLES), max_size=len(TITLES)), max_size=4)


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_no_value_breaks_a_dry_run_or_the_way_back(rows: list[list[Value]]) -> None:
    lines = [TITLES, *rows]
    cells = [[Cell(r, c, value) for c, value in enumerate(line)] for r, line in enumerate(lines)]
    book = Workbook((Sheet("S", cells),))
    layout = register.locate(book)

    verdicts = register.check(register.parse(book, layout), MemoryLookups(), TODAY)

    for verdict in verdicts:
        assert verdict.state in State
        assert (verdict.state is State.ERROR) == any(problem.severity == "error" for problem in verdict.problems)
        assert all(problem.message.render() for problem in verdict.problems)
    register.returned(book, layout, verdicts)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(VALUES, max_size=30),
    st.dictionaries(
        st.one_of(st.text(max_size=5), st.sampled_from(["name", "self", "kind"])), st.integers(-5, 40), max_size=3
    ),
)
def test_no_header_breaks_the_matching(titles: list[Value], corrections: dict[str, int]) -> None:
    mapping = register.match([Cell(0, number, title) for number, title in enumerate(titles)])

    assert len(set(mapping.columns.values())) == len(mapping.columns)
    with suppress(Invalid):
        mapping.with_(**corrections)


@pytest.mark.parametrize("seed", range(15))
def test_a_damaged_register_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(REGISTER.read_bytes())
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if seed % 4 == 0:
        del data[chance.randrange(len(data)) :]

    with suppress(Invalid):
        book = workbooks.read(bytes(data))
        register.parse(book, register.locate(book))


@pytest.mark.bench
def test_ten_thousand_rows_are_judged_within_three_seconds_of_processor_time() -> None:
    data = workbooks.write(Page("站点登记表", [TITLES, *ten_thousand()]))
    before = time.process_time()

    book = workbooks.read(data)
    verdicts = register.check(register.parse(book, register.locate(book)), MemoryLookups(), TODAY)

    assert time.process_time() - before < 3
    assert {verdict.state for verdict in verdicts} == {State.NEW}


def ten_thousand() -> Iterable[list[Value]]:
    townships = [region for region in regions().values() if region.level == "township"][:10_000]
    for number, township in enumerate(townships):
        yield [
            number,
            f"第{number}社区心理咨询室",
            "心理咨询室",
            "T1",
            f"{township.code[:9]}001",
            None,
            township.name,
            None,
            f"{township.name}{number}号",
            30,
            "自建",
            "党群服务中心",
            "居委会自营",
            "2019/9/1" if number % 2 else "2022-10-03",
            f"A{number:05}",
            f"199{number:08}",
            f"B{number:05}",
            f"198{number:08}",
            20,
            None,
        ]
