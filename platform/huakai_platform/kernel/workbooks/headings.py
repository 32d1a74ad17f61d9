"""Which row of a sheet heads its columns, and which column is which, however the headings were typed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.workbooks.cells import fold
from huakai_platform.kernel.workbooks.model import Sheet, Workbook, letters

HEAD_WITHIN = 20
"""Rows from the top among which the header is looked for."""
Known = Mapping[str, Collection[str]]
"""The headings by which each column is known, by its key."""


@dataclass(frozen=True)
class Heading:
    """The header of a sheet: its row (from 0), the title of each column, and the column of each key."""

    sheet: Sheet
    row: int
    titles: Sequence[str]
    places: Mapping[str, int]


def titles(known: Known) -> frozenset[str]:
    """All headings, folded, as the reader of CSV wants them."""
    return frozenset(fold(name) for names in known.values() for name in names)


def find(book: Workbook, known: Known, required: Collection[str]) -> Heading:
    """The header with most of the columns on the first sheet that has the required ones; visible sheets come first.

    Raises FileRefused where there is none, or where it has a column twice.
    """
    best: Heading | None = None
    for sheet in book.visible_first:
        found = [_matched(sheet, row, known) for row in range(min(len(sheet.rows), HEAD_WITHIN))]
        if whole := [one for one in found if all(key in one.places for key in required)]:
            return once(max(whole, key=lambda one: len(one.places)), known)
        best = max([*found, *([best] if best else [])], key=lambda one: len(one.places), default=None)
    raise _not_found(best, known, required)


def once(found: Heading, known: Known) -> Heading:
    """The same header. Raises FileRefused where two columns say that they are the same one."""
    columns: defaultdict[str, list[int]] = defaultdict(list)
    for column, key in _keys(found.sheet, found.row, known):
        columns[key].append(column)
    for same in columns.values():
        if len(same) > 1:
            raise doubled(found.titles[same[0]], same)
    return found


def doubled(title: str, columns: Sequence[int]) -> FileRefused:
    """Says which heading stands over which columns."""
    where = listed(letters(column) for column in columns)
    return FileRefused(
        _(
            "“{title}”这一列出现了 {count} 次({columns})，不知道该读哪一列，请只保留一列。",
            title=title[:30],
            count=len(columns),
            columns=where,
        )
    )


def called(sheet: Sheet, row: int) -> list[tuple[str, ...]]:
    """What each cell of a row may be called: below cells merged to a group by the group and itself, then by itself."""
    groups = {
        column: sheet.cell(above, left).text
        for above, left, last, right in sheet.merged
        if above == last == row - 1 and left < right
        for column in range(left, min(right, 100) + 1)
    }
    width = max([len(sheet.rows[row]), *(column + 1 for column in groups)])
    found = []
    for column in range(width):
        own = sheet.cell(row, column).text
        above = sheet.cell(row - 1, column).text if groups and row else ""
        group = groups.get(column, "")
        found.append(tuple(dict.fromkeys(name for name in (own and group + own, own or above) if name)))
    return found


def near(title: str, known: Known, missing: Iterable[str]) -> str | None:
    """Which of the missing columns a title may have meant."""
    names = {fold(name): next(iter(known[key])) for key in missing for name in known[key]}
    plain = fold(title)
    for name, shown in names.items():
        if name and plain and (name in plain or plain in name):
            return shown
    close = get_close_matches(plain, names, n=1, cutoff=0.5)
    return names[close[0]] if close else None


def _matched(sheet: Sheet, row: int, known: Known) -> Heading:
    places: dict[str, int] = {}
    for column, key in _keys(sheet, row, known):
        places.setdefault(key, column)
    return Heading(sheet, row, [names[0] if names else "" for names in called(sheet, row)], places)


def _keys(sheet: Sheet, row: int, known: Known) -> Iterable[tuple[int, str]]:
    exact: dict[str, str] = {}
    alike: dict[str, str | None] = {}
    named = ((place, name, key) for key, names in known.items() for place, name in enumerate(names))
    for _place, name, key in sorted(named):
        exact.setdefault(name, key)
        alike[fold(name)] = key if alike.get(fold(name), key) == key else None
    for column, titles in enumerate(called(sheet, row)):
        for title in titles:
            if meant := exact.get(title.rstrip("*＊ ")) or alike.get(fold(title)):
                yield column, meant
                break


def _not_found(best: Heading | None, known: Known, required: Collection[str]) -> FileRefused:
    wanted = listed(next(iter(known[key])) for key in known if key in required)
    if best is None or not best.places:
        return FileRefused(_("没有找到表头。请用下载的模板填写，必须有这些列：{wanted}。", wanted=wanted))
    missing = [key for key in known if key in required and key not in best.places]
    used = set(best.places.values())
    for column, title in enumerate(best.titles):
        if title and column not in used and (meant := near(title, known, missing)):
            told = _(
                "工作表“{sheet}”缺少必需的列：{missing}。{column} 列“{title}”是不是“{meant}”？请改好列名后再上传。",
                sheet=best.sheet.name,
                missing=listed(next(iter(known[key])) for key in missing),
                column=letters(column),
                title=title[:30],
                meant=meant,
            )
            return FileRefused(told)
    return FileRefused(
        _(
            "工作表“{sheet}”缺少必需的列：{missing}。请用下载的模板填写。",
            sheet=best.sheet.name,
            missing=listed(next(iter(known[key])) for key in missing),
        )
    )
