"""Pages of a list that may be long: by number as far as they are counted, beyond that by key, and never a row lost."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import paging
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.paging import Order, Page, Total
from huakai_platform.kernel.sites import Site
from tests.support.make import Make

SIZE = 3
QUERY = select(Site.id, Site.code, Site.area, Site.state).select_from(Site)
ORDERS = {
    "code": Order((Site.code, Site.id)),
    "name": Order((Site.name, Site.id)),
    "area": Order((Site.area, Site.id), optional=True),
    "state": Order((Site.code, Site.id), ranks=tuple(Site.state == one for one in ("lead", "open", "closed"))),
}
ORDERS |= {f"-{name}": replace(order, falling=True) for name, order in ORDERS.items()}
AREAS = (None, 40, 30, 30, None, 50, 30, None, 20, 40, None)
STATES = ("open", "closed", "open", "lead")


@pytest.fixture(autouse=True)
def few_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages have numbers as far as the sixth row."""
    monkeypatch.setattr(paging, "NUMBERED", 2 * SIZE)


@pytest.fixture
def session(make: Make) -> Iterator[Session]:
    for number, area in enumerate(AREAS):
        make.site(area=area, state=STATES[number % 4], name=f"第{'一二三'[number % 3]}咨询室")
    with make.databases.session(Login.OVERSIGHT) as session:
        yield session


def page(session: Session, order: Order, **asked: Any) -> Page:
    return paging.cut(session, QUERY, order, asked, paging.count(session, QUERY), SIZE)


def test_there_are_at_most_seven_numbers_however_many_pages() -> None:
    assert paging.numbers(1, 1) == [1]
    assert paging.numbers(1, 3) == [1, 2, 3]
    assert paging.numbers(3, 6) == [1, 2, 3, 4, None, 6]
    assert paging.numbers(100, 12_000) == [1, None, 99, 100, 101, None, 12_000]
    assert max(len(paging.numbers(number, 20)) for number in range(1, 21)) == 7


@pytest.mark.parametrize("name", ORDERS)
def test_whoever_goes_on_and_back_sees_every_row_once_and_in_order(session: Session, name: str) -> None:
    order = ORDERS[name]
    whole = [row.id for row in session.execute(order.applied(QUERY))]

    pages = [page(session, order), page(session, order, page=2)]
    while pages[-1].after:
        pages.append(page(session, order, after=pages[-1].after))
    back = [pages[-1]]
    while back[-1].before:
        back.append(page(session, order, before=back[-1].before))

    assert [row.id for one in pages for row in one.rows] == whole
    assert [one.number for one in pages] == [1, 2, None, None]
    assert [[row.id for row in one.rows] for one in back[:-1]] == [
        [row.id for row in one.rows] for one in reversed(pages[1:])
    ]
    assert back[-1].number == 1


def test_empty_values_come_last_whichever_way(session: Session) -> None:
    for name in ("area", "-area"):
        areas = [row.area for row in session.execute(ORDERS[name].applied(QUERY))]
        assert areas[-4:] == [None] * 4
        assert areas[:7] == sorted(areas[:7], reverse=name.startswith("-"))


def test_a_number_beyond_the_last_page_is_the_last_page(session: Session) -> None:
    found = page(session, ORDERS["code"], page=99)

    assert (found.number, found.pages, found.total) == (2, 2, Total(6, more=True))


def test_a_row_that_is_gone_leads_to_the_first_page(session: Session) -> None:
    lost = session.scalars(select(Site.id).where(Site.state == "lead")).first()
    query = QUERY.where(Site.state == "open")

    found = paging.cut(session, query, ORDERS["code"], {"after": lost}, paging.count(session, query), SIZE)

    assert found.number == 1


def test_what_is_summed_up_is_not_counted(session: Session) -> None:
    assert paging.count(session, QUERY, summed=11) == Total(11)
    assert paging.count(session, QUERY, summed=6) == Total(6, more=True)
    assert paging.count(session, QUERY.where(Site.state == "lead")) == Total(2)


def test_the_last_row_is_reached_without_counting_to_it(session: Session) -> None:
    """What is asked for by key has no OFFSET."""
    seen: list[str] = []
    rows = [row.id for row in session.execute(ORDERS["-area"].applied(QUERY))]
    execute = session.execute
    try:
        session.execute = lambda query, *rest, **more: seen.append(str(query)) or execute(query, *rest, **more)  # type: ignore[method-assign,assignment,func-returns-value]
        page(session, ORDERS["-area"], after=rows[-2])
    finally:
        session.execute = execute  # type: ignore[method-assign]
    assert seen
    assert not [one for one in seen if "OFFSET" in one]
