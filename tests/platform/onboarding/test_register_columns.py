"""Finding the header and telling which column is which."""

import pytest

from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.workbooks import Cell, Sheet, Value, Workbook
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import Field


def sheet(*rows: list[Value], name: str = "S") -> Sheet:
    return Sheet(name, [[Cell(r, c, value) for c, value in enumerate(row)] for r, row in enumerate(rows)])


HEADER: list[Value] = ["序号", "站点名称", "类型", "级别", "统计用区划代码"]


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("站点名称", Field.NAME),
        (" 名 称* ", Field.NAME),
        ("Site name", Field.NAME),
        ("行政区划代码(12位)", Field.REGION_CODE),
        ("县(区)", Field.COUNTY),
        ("乡镇(街道)", Field.TOWNSHIP),
        ("建筑面积(平方米)", Field.AREA),
        ("A角", Field.A_NAME),
        ("A角手机号码", Field.A_PHONE),
        ("B 角 联系电话", Field.B_PHONE),
        ("开始运营的日期", Field.OPERATING_SINCE),
        ("Operating since", Field.OPERATING_SINCE),
        ("weekly_hours", Field.WEEKLY_HOURS),
        ("Remarks", Field.NOTE),
    ],
)
def test_a_title_is_known_by_its_many_names(title: str, field: Field) -> None:
    assert register.match([Cell(0, 0, title)]).columns == {field: 0}


@pytest.mark.parametrize("title", ["", "经费来源", "导入结果", "x" * 200, None, 7])
def test_a_title_that_is_none_of_ours_is_left_alone(title: Value) -> None:
    assert register.match([Cell(0, 0, title)]).columns == {}


def test_a_sure_column_wins_over_a_likely_one_and_none_serves_two() -> None:
    mapping = register.match([Cell(0, 0, "A角手机号"), Cell(0, 1, "A角"), Cell(0, 2, "A角姓名")])

    assert mapping.columns == {Field.A_PHONE: 0, Field.A_NAME: 1}
    assert mapping.confidence[Field.A_NAME] == 1.0
    assert mapping.confidence[Field.A_PHONE] < 1.0
    assert mapping.unused == (2,)


def test_the_header_is_found_below_titles_and_on_a_later_sheet() -> None:
    book = Workbook((sheet(["说明"]), sheet(["登记表"], ["站点名称以营业执照为准"], [], HEADER)))

    layout = register.locate(book)

    assert (layout.sheet, layout.header) == (1, 3)


def test_a_workbook_without_a_header_is_refused_with_what_to_do() -> None:
    with pytest.raises(FileRefused, match="找不到表头"):
        register.locate(Workbook((sheet(["甲", "乙"], [1, 2]),)))


def test_a_person_corrects_a_column_and_the_correction_survives_as_json() -> None:
    book = Workbook((sheet([*HEADER, "挂牌名"], [1, "旧", "心理咨询室", "T1", "410311002001", "新名"]),))

    layout = register.locate(book).with_(name=5)

    assert layout.mapping.columns[Field.NAME] == 5
    assert layout.mapping.confidence[Field.NAME] == 1.0
    assert register.parse(book, register.restore(book, layout.as_json()))[0].name == "新名"


def test_a_column_taken_for_another_field_leaves_the_first() -> None:
    mapping = register.match([Cell(0, n, title) for n, title in enumerate(HEADER)]).with_(note=1)

    assert mapping.missing == (Field.NAME,)


@pytest.mark.parametrize("wrong", [{"name": 99}, {"name": -1}, {"nonsense": 0}])
def test_a_column_that_is_not_there_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        register.match([Cell(0, 0, "站点名称")]).with_(**wrong)


def test_rows_are_not_read_while_a_needed_column_is_missing() -> None:
    book = Workbook((sheet(HEADER[:4], [1, "甲", "心理咨询室", "T1"]),))

    with pytest.raises(Invalid) as refusal:
        register.parse(book, register.locate(book))

    assert set(refusal.value.fields) == {"region_code"}


@pytest.mark.parametrize(
    "kept", [{}, {"sheet": 9, "header": 0, "columns": {}}, {"sheet": 0, "header": "x", "columns": {}}]
)
def test_a_kept_layout_that_fits_no_more_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="重新上传"):
        register.restore(Workbook((sheet(HEADER),)), kept)
