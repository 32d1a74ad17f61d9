"""Workbooks in: honest files are read rightly, hostile ones are refused, and nobody waits or dies for it."""

import io
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter

import huakai_templates
from huakai_platform.kernel import workbooks
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.workbooks import Limits

REGISTER = Path(huakai_templates.__file__).parent / "data" / "register-luoyang.xlsx"
ERRORS = Path("tests/support/data/register-luoyang-errors.xlsx")
HEAD = '<?xml version="1.0"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(rows: str, *, strings: str = "", before: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook of one sheet whose XML is wholly ours."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{RELS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{RELS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'{HEAD}{before}<worksheet xmlns="{MAIN}">'
        f"<sheetData>{rows}</sheetData></worksheet>",
        **(more or {}),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def bomb() -> bytes:
    return xlsx("", more={"xl/bomb.xml": b"\0" * 60_000_000})


def lying_bomb() -> bytes:
    """A part whose header says 20 bytes and whose stream holds 200 MB."""
    data = xlsx("", more={"xl/worksheets/sheet2.xml": b"\0" * 200_000_000})
    return data.replace((200_000_000).to_bytes(4, "little"), (20).to_bytes(4, "little"))


def many_parts() -> bytes:
    return xlsx("", more={f"xl/media/{number}.xml": b"x" for number in range(500)})


def far_cell() -> bytes:
    return xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_column() -> bytes:
    return xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')


def mostly_nothing() -> bytes:
    """Within all other limits, and two million cells once the empty ones are laid out."""
    return xlsx("".join(f'<row r="{n}"><c r="CV{n}"><v>1</v></c><c r="A{n}"/></row>' for n in range(1, 20_001)))


def entity_bomb() -> bytes:
    entities = '<!ENTITY a "ha">'
    for inner, outer in pairwise("abcdef"):
        entities += f'<!ENTITY {outer} "{f"&{inner};" * 50}">'
    return xlsx('<row r="1"><c r="A1" t="str"><v>&f;</v></c></row>', before=f"<!DOCTYPE x [{entities}]>")


def outside_entity() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return xlsx('<row r="1"><c r="A1" t="str"><v>&f;</v></c></row>', before=doctype)


def million_rows() -> bytes:
    return xlsx("".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 1_000_001)))


def million_rows_unnumbered() -> bytes:
    return xlsx("<row><c><v>1</v></c></row>" * 1_000_000)


def one_long_string_everywhere() -> bytes:
    cells = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{name}{row}" t="s"><v>0</v></c>' for name in "ABCDEFGHIJ") + "</row>"
        for row in range(1, 6_000)
    )
    return xlsx(cells, strings=f"<si><t>{'x' * 30_000}</t></si>", more={"pad.bin": os.urandom(100_000)})


def same_cell_again_and_again() -> bytes:
    return xlsx('<row r="1">' + '<c r="A1"><v>1</v></c>' * 2_100_000 + "</row>", more={"pad.bin": os.urandom(600_000)})


def broken_xml() -> bytes:
    return xlsx('<row r="1"><c r="A1"><v>1</v></row>')


def bad_reference() -> bytes:
    return xlsx('<row r="1"><c r="1A"><v>1</v></c></row>')


def bad_string_index() -> bytes:
    return xlsx('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')


def no_sheets() -> bytes:
    return xlsx("", more={"xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode()})


def missing_part() -> bytes:
    whole = zipfile.ZipFile(io.BytesIO(xlsx("")))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in whole.namelist():
            if "sheet1" not in name:
                archive.writestr(name, whole.read(name))
    return data.getvalue()


def other_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return data.getvalue()


def seconds_used() -> float:
    """Processor time of this process and every reader that ended, so that a busy machine fails no test."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


HOSTILE: list[tuple[Callable[[], bytes], str]] = [
    (bytes, "空"),
    (lambda: b"PK\x03\x04" + b"\0" * (10 * 1024 * 1024), "10 MB"),
    (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 3000, "另存"),
    (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "不是 Excel|编码"),
    (lambda: os.urandom(5000), "不是 Excel|编码"),
    (lambda: REGISTER.read_bytes()[:20_000], "损坏"),
    (lambda: REGISTER.read_bytes()[:-30], "损坏"),
    (lambda: b"PK\x05\x06" + b"\0" * 18, "不是 Excel"),
    (bomb, "过大"),
    (lying_bomb, "过大|损坏"),
    (many_parts, "部件过多"),
    (far_cell, "20000 行"),
    (far_column, "100 列"),
    (entity_bomb, "损坏"),
    (outside_entity, "损坏"),
    (million_rows, "20000 行|过大"),
    (million_rows_unnumbered, "20000 行|过大"),
    (one_long_string_everywhere, "拒绝|文字过多|过大"),
    (same_cell_again_and_again, "100 列"),
    (broken_xml, "损坏"),
    (bad_reference, "损坏"),
    (bad_string_index, "损坏"),
    (no_sheets, "损坏"),
    (mostly_nothing, "过大"),
    (missing_part, "损坏"),
    (other_zip, "不是 Excel"),
    (lambda: b"a,b\n" * 30_000, "20000 行"),
    (lambda: b"x," * 1_000_000, "100 列"),
    (lambda: b'"' + b"x" * 1_000_000, "损坏"),
    (lambda: b"\x81\xff\xff\xfe", "编码"),
]


@pytest.mark.parametrize(("make", "reason"), HOSTILE, ids=lambda value: getattr(value, "__name__", "-"))
def test_a_hostile_file_is_refused_with_its_reason_and_soon(make: Callable[[], bytes], reason: str) -> None:
    data = make()
    before = seconds_used()

    with pytest.raises(FileRefused, match=reason):
        workbooks.read(data)

    assert seconds_used() - before < 3


def test_no_child_ever_grew_past_its_memory() -> None:
    program = (
        "import resource, sys; from pathlib import Path; from huakai_platform.kernel import workbooks\n"
        "workbooks.read(Path(sys.argv[1]).read_bytes())\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    said = subprocess.run([sys.executable, "-c", program, str(REGISTER)], check=True, capture_output=True, text=True)

    assert 0 < int(said.stdout) < Limits().memory


def test_a_child_that_takes_too_long_is_refused() -> None:
    with pytest.raises(FileRefused, match="拒绝"):
        workbooks.read(REGISTER.read_bytes(), limits=Limits(wall=0.001))


def test_a_child_without_memory_is_refused() -> None:
    with pytest.raises(FileRefused):
        workbooks.read(REGISTER.read_bytes(), limits=Limits(memory=8 * 1024 * 1024))


def test_the_shipped_register_is_read_with_its_merged_title_and_second_sheet() -> None:
    book = workbooks.read(REGISTER.read_bytes())

    assert [(sheet.name, len(sheet.rows)) for sheet in book.sheets] == [("站点登记表", 322), ("填表说明", 1)]
    assert book.sheets[0].merged[0] == (0, 0, 0, 19)
    assert [cell.value for cell in book.sheets[0].rows[3]][:5] == [
        1,
        "开元路街道社会心理服务中心",
        "心理咨询中心",
        "T2",
        "410311002000",
    ]


def test_a_formula_is_seen_where_it_stands_and_never_evaluated() -> None:
    cell = workbooks.read(ERRORS.read_bytes()).sheets[0].rows[123][1]

    assert (cell.address, cell.formula, cell.value) == ("B124", 'HYPERLINK("x","y")', None)


def test_formulas_are_found_without_references_and_with_shared_text() -> None:
    rows = "<row><c><v>1</v></c><c><f>A1+1</f><v>2</v></c></row><row><c><f t='shared' si='0'/><v>3</v></c></row>"

    sheet = workbooks.read(xlsx(rows)).sheets[0]

    assert [(cell.address, cell.formula) for row in sheet.rows for cell in row if cell.formula is not None] == [
        ("B1", "A1+1"),
        ("A2", ""),
    ]


def test_a_cell_that_claims_another_row_is_placed_by_its_own_reference() -> None:
    rows = '<row r="1"><c r="A3"><f>1</f><v>1</v></c><c r="B1"><f>2</f><v>2</v></c></row>'

    sheet = workbooks.read(xlsx(rows)).sheets[0]

    assert [cell.address for row in sheet.rows for cell in row if cell.formula is not None] == ["B1", "A3"]


def test_dates_come_back_as_iso_text_and_numbers_as_numbers() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        day, moment = (book.add_format({"num_format": look}) for look in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet.write_datetime(0, 0, datetime.combine(date(2019, 9, 1), datetime.min.time()), day)
        sheet.write_datetime(0, 1, datetime(2019, 9, 1, 8, 30), moment)  # noqa: DTZ001
        sheet.write_row(0, 2, [300, 12.5, True])

    row = workbooks.read(data.getvalue()).sheets[0].rows[0]

    assert [cell.value for cell in row] == ["2019-09-01", "2019-09-01T08:30:00", 300, 12.5, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_excel_writes(encoding: str, delimiter: str) -> None:
    data = f"站点名称{delimiter}类型\r\n平安社区𠮷{delimiter}\r\n".encode(encoding)

    rows = workbooks.read(data).sheets[0].rows

    assert [[cell.value for cell in row] for row in rows] == [["站点名称", "类型"], ["平安社区𠮷"]]


def test_cells_that_hold_nothing_count_for_nothing() -> None:
    """Programs tint whole rows and columns, down to the last cell there can be."""
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>'

    assert [len(row) for row in workbooks.read(xlsx(rows)).sheets[0].rows] == [1]
    assert [len(row) for row in workbooks.read(b"a,b\nc" + b"," * 200 + b"\n,\n" * 30_000).sheets[0].rows] == [2, 1]


def test_a_drop_down_of_another_sheet_is_no_formula_of_the_last_cell() -> None:
    """So a list of another sheet is written by programs that know more than the first version of the format."""
    beside = (
        '</sheetData><extLst><ext><x14:dataValidations xmlns:x14="x" xmlns:xm="y"><x14:dataValidation><x14:formula1>'
        "<xm:f>_choices!$A$1:$A$3</xm:f></x14:formula1></x14:dataValidation></x14:dataValidations></ext></extLst>"
    )
    whole = xlsx('<row r="1"><c r="A1"><v>1</v></c></row>')
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        text = archive.read(part).decode().replace("</sheetData>", beside)

    (row,) = workbooks.read(xlsx("", more={part: text.encode()})).sheets[0].rows

    assert [(cell.value, cell.formula) for cell in row] == [(1, None)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_separates_is_told_by_most_rows_and_not_by_one_long_note(mark: str) -> None:
    text = f"a{mark}b{mark}c\n1{mark}2\n3{mark}4{mark}" + ";".join("一、二") * 30 + ",x" * 30 * (mark != ",")

    assert [cell.text for cell in workbooks.read(text.encode()).sheets[0].rows[0]] == ["a", "b", "c"]


def test_an_empty_sheet_is_no_error() -> None:
    assert workbooks.read(xlsx("")).sheets[0].rows == []


def test_a_gap_costs_nothing_and_can_be_asked_for() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="CV20000"><v>2</v></c></row>'
    before = seconds_used()

    sheet = workbooks.read(xlsx(rows)).sheets[0]

    assert seconds_used() - before < 3
    assert [len(sheet.rows), len(sheet.rows[0]), len(sheet.rows[1])] == [20_000, 1, 0]
    assert [sheet.cell(0, 0).value, sheet.cell(19_999, 99).value, sheet.cell(9, 9).value] == [1, 2, None]
    assert sheet.cell(50_000, 1).address == "B50001"
