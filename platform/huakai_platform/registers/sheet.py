"""A register as a sheet to fill in: its columns, how each is filled in, and the empty or filled template."""

from collections.abc import Mapping, Sequence
from typing import Any

from huakai_platform import forms
from huakai_platform.forms import Item
from huakai_platform.kernel.fields import Checked, Int
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import ListColumn
from huakai_platform.registers import lines
from huakai_platform.registers.definitions import Register, Rows
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.lines import Lines

MOST_ROWS = 2_000
NUMBER = "#"
"""The key of the column that says which entry a row changes; no item is called so."""
FILL_NUMBER = _("空白是新登记；填写已有登记的编号，就修改那一条。")
DAY = _("如 2026-01-05。")
SEVERAL = _("可以填写几项，用分号分开。")
PICK = _("从下拉列表中选择。")
WHOLE, DECIMAL = _("整数。"), _("数字。")
GUIDE: tuple[Message, ...] = (
    _("一条登记一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：内容完全相同的登记不会重复。"),
    _("空白的格子不改动已登记的内容；要清空一项，请在登记的页面上修改。"),
)
ROWS_TOO = _(
    "明细写在一格里：一行一条（Alt+Enter 换行），各项按列名的批注依次填写，中间用 | 分开；"
    "这一格空白或没有这一列，已有的明细不会改动。"
)
ONE_LINE = _("一行一条：")


class Cell(Checked[Any]):
    """The answer to an item as a person writes it into a cell, in either language."""

    def __init__(self, item: Item) -> None:
        super().__init__(required=item.required)
        self.item = item

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return forms.from_cell(self.item, value)


def columns(register: Register, language: str) -> tuple[ListColumn, ...]:
    """The number, and every item of an entry in order."""
    number = ListColumn(NUMBER, _("编号"), Int(1, 10**9), 8, FILL_NUMBER.render())
    said = [item.text.zh for item in register.form]
    return (
        number,
        *(
            _column(item, section.title.of(language) if said.count(item.text.zh) > 1 else "", language)
            for section in register.form.sections
            for item in section.items
        ),
        *(_lines(rows, language) for rows in register.rows),
    )


def key(rows: Rows) -> str:
    """The key of the column that holds the rows; no item is called so."""
    return f"{NUMBER}{rows.code}"


def guide(register: Register) -> list[str]:
    return [one.render() for one in (*GUIDE, *([ROWS_TOO] if register.rows else []))]


def template(register: Register, entries: Sequence[Entry], language: str) -> bytes:
    """The sheet to fill in, with these entries in it already."""
    rows = [
        {NUMBER: one.row.number}
        | {item.code: forms.written(item, one.items.get(item.code), language) for item in register.form}
        | {key(rows): lines.written(rows, one.rows(rows.code), language) for rows in register.rows}
        for one in entries
    ]
    return lists.template(register.title.of(language), columns(register, language), rows, guide(register))


def _column(item: Item, section: str, language: str) -> ListColumn:
    title = item.text.of(language)
    choices = {} if item.kind == "choices" else {code: text.of(language) for code, text in forms.words(item).items()}
    return ListColumn(
        item.code,
        Message(f"{section} · {title}" if section else title),
        Cell(item),
        28 if item.kind in ("text", "choices") else 16,
        _note(item, language),
        choices,
        () if section else (item.text.zh, item.text.en),
        typed=item.kind in ("text", "choices"),
    )


def _lines(rows: Rows, language: str) -> ListColumn:
    how = ONE_LINE.render() + f" {lines.BAR} ".join(item.text.of(language) for item in rows.items)
    title = rows.title.of(language)
    return ListColumn(key(rows), Message(title), Lines(rows, language), 40, how, also=(rows.title.zh, rows.title.en))


def _note(item: Item, language: str) -> str:
    how = {"date": DAY, "choices": SEVERAL, "choice": PICK, "boolean": PICK, "yes_no_na": PICK}
    how |= {"integer": WHOLE, "number": DECIMAL}
    said = [item.help.of(language)] if item.help else []
    if item.kind in how:
        said.append(how[item.kind].render())
    if item.kind == "choices":
        said.append(("; " if language == "en" else "；").join(text.of(language) for text in forms.words(item).values()))
    return " ".join(said)
