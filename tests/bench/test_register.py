"""How long a register of 10,000 rows takes to check and to apply, beside only reading the file."""

import resource
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import func, select, text

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Styled
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.onboarding import importing
from tests.bench.conftest import Judge, Tell
from tests.support.lookups import REGISTER
from tests.support.make import Make

Result = TypeVar("Result")
ROWS, HEAD = 10_000, 2
TOWNSHIPS = text(
    "SELECT place.code, place.name, above.name FROM platform.region AS place"
    " JOIN platform.region AS above ON above.code = place.parent_code"
    " WHERE place.level = 'township' AND above.level = 'county' ORDER BY place.code"
)
LONGEST = 10.0
"""Seconds that the dry run may take."""


@pytest.mark.bench
def test_a_register_of_ten_thousand_rows(databases: Databases, make: Make, tell: Tell, judge: Judge) -> None:
    content, actor = register(databases), make.member(Role.INSTITUTION_ADMIN)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading, _book = seconds(lambda: workbooks.read(content))
    with databases.session(Login.OVERSIGHT) as session:
        checking, kept = seconds(lambda: importing.check(session, actor, "register.xlsx", content))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with databases.session(Login.OVERSIGHT) as session:
        applying, applied = seconds(lambda: importing.apply(session, actor, kept.id))
        written = session.scalar(select(func.count()).select_from(Site))

    assert applied.created == written
    met = judge(f"seconds for the dry run of a register of {ROWS:,} rows", checking, at_most=LONGEST)
    tell(f"\na register of {ROWS:,} rows ({applied.created:,} taken in, {applied.refused:,} refused):")
    tell(f"  {checking:5.1f} s for the dry run (target {LONGEST:.0f} s: {met}), {checking / reading:.1f} × reading it")
    tell(f"  {applying:5.1f} s for applying it; {grown:.0f} MiB more at most in this process while checking")


def register(databases: Databases) -> bytes:
    """The shipped register's columns, filled with communities that nobody has named before."""
    sheet = workbooks.read(REGISTER.read_bytes()).sheets[0]
    head = [str(cell.value) for cell in sheet.rows[HEAD]]
    with databases.session(Login.OVERSIGHT) as session:
        places = session.execute(TOWNSHIPS).all()
    rows = [_row(number, number // len(places) + 1, *places[number % len(places)]) for number in range(ROWS)]
    return workbooks.write(workbooks.table(sheet.name, [workbooks.Column(name) for name in head], rows))


def seconds(deed: Callable[[], Result]) -> tuple[float, Result]:
    begun = time.perf_counter()
    result = deed()
    return time.perf_counter() - begun, result


def _row(number: int, village: int, code: str, township: str, county: str) -> list[Content | Styled]:
    community, phone = f"{township[:2]}{village}号社区", 19_900_000_000 + 2 * number
    return [
        number + 1,
        f"{community}心理咨询室",
        "心理咨询室",
        "T1",
        f"{code[:9]}{village:03}",
        county,
        township,
        community,
        f"{community}{number + 1}号",
        30,
        "自建",
        "党群服务中心",
        "街道购买服务",
        "2019-09-01",
        f"甲{number}",
        str(phone),
        f"乙{number}",
        str(phone + 1),
        12,
    ]
