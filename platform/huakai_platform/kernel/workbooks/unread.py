"""Filled cells that nobody read: every ignored column, row and sheet, said beside the dry run."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import words
from huakai_platform.kernel.workbooks.cells import fold
from huakai_platform.kernel.workbooks.model import Cell, Sheet, Workbook, letters

MOST = 30
CHOICES = ("_choices", "options")
"""How the hidden sheets of our drop-downs begin."""


def is_total(cells: Iterable[Cell]) -> bool:
    """Whether a row sums up those above it, by what its first filled cell says."""
    first = next((cell.text for cell in cells if cell.text), "")
    return bool(words.TOTAL.fullmatch(fold(first)))


def is_beside(cells: Iterable[Cell]) -> bool:
    """Whether a row is none of the list: a total, or who filled it in and other remarks below it."""
    found = list(cells)
    first = next((cell.text for cell in found if cell.text), "")
    return is_total(found) or bool(words.REMARK.fullmatch(first))


def notes(
    book: Workbook,
    sheet: Sheet,
    head: int,
    titles: Sequence[str],
    read: Collection[int],
    passed: Collection[int],
    meant: Callable[[str], str | None] = lambda _title: None,
) -> list[Message]:
    """What was read, and every filled cell that was not.

    `read` are the columns and `passed` the rows below the header (from 0) that were passed over; `meant` says which
    column a title may have meant.
    """
    found = [
        *_columns(sheet, head, titles, read, passed, meant),
        *_rows(sheet, passed),
        *_above(sheet, head),
        *_sheets(book, sheet),
    ]
    cut = [_("另有 {count} 处没有读取。", count=len(found) - MOST)] if len(found) > MOST else []
    return [*_where(book, sheet, head), *found[:MOST], *cut]


def _where(book: Workbook, sheet: Sheet, head: int) -> Iterator[Message]:
    if sheet.hidden:
        yield _("读取的是隐藏的工作表“{sheet}”，第 {row} 行是列名。", sheet=sheet.name, row=head + 1)
    elif any(other is not sheet and not _ours(other) for other in book.sheets):
        yield _("读取的是工作表“{sheet}”，第 {row} 行是列名。", sheet=sheet.name, row=head + 1)
    if hidden := [row for row in sheet.hidden_rows if row > head]:
        yield _("其中 {count} 行是隐藏的，也读取了。", count=len(hidden))


def _columns(
    sheet: Sheet,
    head: int,
    titles: Sequence[str],
    read: Collection[int],
    passed: Collection[int],
    meant: Callable[[str], str | None],
) -> Iterator[Message]:
    rows = [row for number, row in enumerate(sheet.rows[head + 1 :], start=head + 1) if number not in passed]
    for column in range(max(map(len, rows), default=0)):
        filled = sum(column < len(row) and bool(row[column].text) for row in rows)
        if column in read or not filled:
            continue
        title = titles[column][:30] if column < len(titles) else ""
        where, guess = letters(column), meant(title) if title else None
        if guess:
            yield _(
                "{column} 列“{title}”没有读取({count} 格有内容)；是不是“{meant}”？请改好列名后再上传。",
                column=where,
                title=title,
                count=filled,
                meant=guess,
            )
        elif title:
            yield _("{column} 列“{title}”没有读取({count} 格有内容)。", column=where, title=title, count=filled)
        else:
            yield _("{column} 列没有列名，没有读取({count} 格有内容)。", column=where, count=filled)


def _rows(sheet: Sheet, passed: Collection[int]) -> Iterator[Message]:
    for number in sorted(passed):
        first = next((cell.text for cell in sheet.rows[number] if cell.text), "")
        if is_total(sheet.rows[number]):
            yield _("第 {row} 行是合计，没有读取。", row=number + 1)
        else:
            yield _("第 {row} 行没有读取，开头是“{said}”。", row=number + 1, said=first[:20])


def _above(sheet: Sheet, head: int) -> Iterator[Message]:
    """Rows above the header with several cells of their own; titles and notes stand alone in theirs."""
    grouped = {row for row, left, last, right in sheet.merged if row == last == head - 1 and left < right}
    for number, row in enumerate(sheet.rows[:head]):
        filled = sum(bool(cell.text) for cell in row)
        if filled > 2 and number not in grouped:
            yield _("第 {row} 行在列名上方，没有读取。", row=number + 1)


def _sheets(book: Workbook, sheet: Sheet) -> Iterator[Message]:
    for other in book.sheets:
        filled = sum(any(cell.text for cell in row) for row in other.rows)
        if other is not sheet and filled and not _ours(other):
            yield _("工作表“{sheet}”没有读取({count} 行有内容)。", sheet=other.name, count=filled)


def _ours(sheet: Sheet) -> bool:
    """Whether our templates brought it: the choices of the drop-downs, or how to fill the list in."""
    names = {name for title in (_("填写说明"), _("填表说明")) for name in (str(title), title.render())}
    return sheet.name.startswith(CHOICES) or sheet.name in names or sheet.cell(0, 0).text == sheet.name
