"""A form as a workbook to fill in: drop-downs, notes, frozen head, ready for printing."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from huakai_platform.forms.cells import BETWEEN_CHOICES, words, written
from huakai_platform.forms.definitions import FILES, Definition, Item, Section
from huakai_platform.forms.localized import Localized

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
HEAD = (
    (Localized("编号", "Code"), 22),
    (Localized("分区", "Section"), 18),
    (Localized("核心", "Core"), 8),
    (Localized("内容", "Item"), 56),
    (Localized("单位", "Unit"), 8),
    (Localized("填写", "Answer"), 22),
    (Localized("备注", "Remark"), 26),
    (Localized("要求", "Requirement"), 34),
)
HEADINGS = frozenset(name for title, _width in HEAD for name in (title.zh, title.en))
CODE, ANSWER, NOTE = 0, 5, 6
LOOKS = {"date": "day", "text": "text"}
FIRST_ROW = 3
SHEET, LISTS = Localized("填写", "Form"), "options"
CORE = Localized("★ 核心", "★ Core")
HOW_TO = Localized(
    "请只填写“填写”和“备注”两列；灰底的格子在系统中上传照片或文件。",
    "Fill in the Answer and Remark columns only; upload photos and files in the system.",
)
PICK_MANY = Localized("可多选，用“；”分开", "Several may be chosen, separated by ;")
FROM_LIST = Localized("请从下拉列表中选择。", "Choose from the list.")
PROOF = {
    "on_fail": Localized("不合格时需拍照或附文件", "Photo or file needed when it fails"),
    "always": Localized("需拍照或附文件", "Photo or file always needed"),
}


def workbook(
    definition: Definition,
    answers: Mapping[str, Any] | None = None,
    notes: Mapping[str, str | None] | None = None,
    *,
    mark: str = "",
    locale: object = "zh",
) -> bytes:
    """The form as xlsx, with the answers and remarks so far; read back cell by cell with `from_cell`.

    `mark` says whose form it is when it comes back.
    """
    out = BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        sheet, lists = book.add_worksheet(SHEET.of(locale)), book.add_worksheet(LISTS)
        lists.hide()
        page = Page(sheet, lists, locale, styles(book))
        page.head(definition, mark)
        row = FIRST_ROW
        for section in definition.sections:
            for item in section.items:
                page.row(row, section, item, (answers or {}).get(item.code), (notes or {}).get(item.code))
                row += 1
        sheet.autofilter(FIRST_ROW - 1, 0, row - 1, len(HEAD) - 1)
        sheet.print_area(0, 0, row - 1, len(HEAD) - 1)
    return out.getvalue()


def styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#CBD5E1"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "mark": book.add_format({"font_size": 8, "font_color": "#64748B"}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#E2E8F0"}),
        "cell": book.add_format({**cell, "locked": True}),
        "answer": book.add_format({**cell, "locked": False, "bg_color": "#FEF9C3"}),
        "text": book.add_format({**cell, "locked": False, "bg_color": "#FEF9C3", "num_format": "@"}),
        "day": book.add_format({**cell, "locked": False, "bg_color": "#FEF9C3", "num_format": "yyyy-mm-dd"}),
        "file": book.add_format({**cell, "bg_color": "#E5E7EB"}),
    }


class Page:
    """The one visible sheet while it is written."""

    def __init__(self, sheet: Worksheet, lists: Worksheet, locale: object, style: dict[str, Format]) -> None:
        self.sheet, self.lists, self.locale, self.style = sheet, lists, locale, style

    def head(self, definition: Definition, mark: str) -> None:
        sheet, locale = self.sheet, self.locale
        sheet.write_string(0, 0, definition.title.of(locale), self.style["title"])
        sheet.write_string(1, 0, HOW_TO.of(locale))
        sheet.write_string(1, len(HEAD) - 1, mark, self.style["mark"])
        for column, (title, width) in enumerate(HEAD):
            sheet.set_column(column, column, width)
            sheet.write_string(FIRST_ROW - 1, column, title.of(locale), self.style["head"])
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(FIRST_ROW - 1)

    def row(self, row: int, section: Section, item: Item, value: Any, note: str | None) -> None:
        locale = self.locale
        told = (
            item.code,
            section.title.of(locale),
            CORE.of(locale) if item.core else "",
            item.text.of(locale),
            item.unit.of(locale) if item.unit else "",
            None,
            None,
            self._requirement(item),
        )
        for column, text in enumerate(told):
            if text is not None:
                self.sheet.write_string(row, column, text, self.style["cell"])
        self._answer(row, item, written(item, value, locale))
        self.sheet.write_string(row, NOTE, note or "", self.style["text"])
        if item.help:
            self.sheet.write_comment(row, 3, item.help.of(locale), {"x_scale": 2})

    def _answer(self, row: int, item: Item, value: str | int | float | None) -> None:
        style = self.style["file" if item.kind in FILES else LOOKS.get(item.kind, "answer")]
        if value is None:
            self.sheet.write_blank(row, ANSWER, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, ANSWER, value, style)
        else:
            self.sheet.write_number(row, ANSWER, value, style)
        if rule := self._rule(row, item):
            self.sheet.data_validation(row, ANSWER, row, ANSWER, rule)

    def _rule(self, row: int, item: Item) -> dict[str, Any] | None:
        choices = [text.of(self.locale) for text in words(item).values()]
        if choices and item.kind != "choices":
            self.lists.write_row(row, 0, choices)
            source = f"={LISTS}!{xlsxwriter.utility.xl_range_abs(row, 0, row, len(choices) - 1)}"
            return {"validate": "list", "source": source, "error_message": FROM_LIST.of(self.locale)}
        if item.kind in ("number", "integer") and not item.not_applicable:
            kind = "integer" if item.kind == "integer" else "decimal"
            low, high = item.min if item.min is not None else -(10**9), item.max if item.max is not None else 10**9
            return {"validate": kind, "criteria": "between", "minimum": float(low), "maximum": float(high)}
        return None

    def _requirement(self, item: Item) -> str:
        told = [PROOF[item.evidence.when].of(self.locale)] if item.evidence.when in PROOF else []
        if item.kind == "choices":
            choices = BETWEEN_CHOICES.join(text.of(self.locale) for text in words(item).values())
            told += [PICK_MANY.of(self.locale), choices]
        return "\n".join(told)
