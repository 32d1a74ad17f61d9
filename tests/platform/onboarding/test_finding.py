"""Names, numbers and regions are found however they are typed."""

import pytest

from huakai_platform.identity import places
from huakai_platform.kernel import search
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.onboarding import grams, listing
from huakai_platform.regions import service as regions
from tests.support.make import Make


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("龙泰居委会", "龙泰"),
        ("开元路办事处", "开元路"),
        ("开元路街道办事处", "开元路"),
        ("瀍河区", "瀍河"),
        ("龙泰 社区", "龙泰"),
        ("ＨＫ－４１０３１１", "hk-410311"),
        ("河东（东）", "河东(东)"),
        ("龙泰村委会", "龙泰"),
        ("嵩县", "嵩县"),
        ("社区", "社区"),
    ],
)
def test_a_question_is_folded_and_loses_the_ending_that_thousands_share(typed: str, about: str) -> None:
    assert search.asked(typed) == about


def test_a_name_is_asked_for_by_pieces_that_it_was_stored_with() -> None:
    for typed, stored in (("河东(东)", "河东（东）社区"), ("瀍河区", "瀍河回族区"), ("开元路办事处", "开元路街道")):
        assert {*search.pieces(typed)} <= {*search.grams(stored)}
        assert search.pieces(typed)


@pytest.mark.parametrize("typed", ["河东(东)", "河东（东）", "河东居委会", "ｘｘ－９９０", "xx-990", "河 东"])
def test_a_site_is_found_however_it_is_typed(make: Make, typed: str) -> None:
    name, code = "河东（东）社区心理咨询室", "XX-990"
    made = make.site(name=name, code=code, grams=grams.of(name, code))
    admin = make.member(Role.INSTITUTION_ADMIN)
    with make.databases.session(Login.OVERSIGHT) as session:
        assert made.id in {row.id for row in listing.some(session, admin, typed, 20)[0]}
        assert listing.by_code(session, admin, "ｘｘ－９９０") == made.id


def test_a_region_is_found_by_its_everyday_name(make: Make) -> None:
    with make.databases.session(Login.OVERSIGHT) as session:
        for typed, name in (("瀍河区", "瀍河回族区"), ("开元路办事处", "开元路街道"), ("洛龙 区", "洛龙区")):
            assert name in {one.name for one in regions.find(session, typed)}
            assert places.regions(session, typed)
