"""Which column of a stranger's sheet is which field of ours."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Cell, Sheet, Workbook, cells, headings
from huakai_platform.onboarding.register.fields import FIELDS, REQUIRED, RESULT_TITLES, Field

SURE, FAIR, LEAST = 1.0, 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Mapping:
    """Field → column (from 0), how sure each is (0–1), and the titles as they stand."""

    columns: dict[Field, int]
    confidence: dict[Field, float]
    titles: tuple[str, ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        """Fields without which no row can be read."""
        return tuple(field for field in REQUIRED if field not in self.columns)

    @property
    def unused(self) -> tuple[int, ...]:
        """Titled columns that stand for no field and are left alone."""
        used = set(self.columns.values())
        return tuple(
            number
            for number, title in enumerate(self.titles)
            if title and number not in used and title not in RESULT_TITLES
        )

    def with_(self, /, **columns: int | None) -> "Mapping":
        """Correct it: `with_(name=3, note=None)`; a column serves one field only."""
        chosen, confidence = dict(self.columns), dict(self.confidence)
        for name, column in columns.items():
            if name not in FIELDS or not (column is None or 0 <= column < len(self.titles)):
                raise Invalid(_("没有这样的列，请重新选择。"), {name: [_("没有这样的列，请重新选择。")]})
            for field in [Field(name), *(field for field, used in chosen.items() if used == column)]:
                chosen.pop(field, None)
                confidence.pop(field, None)
            if column is not None:
                chosen[Field(name)], confidence[Field(name)] = column, SURE
        return replace(self, columns=chosen, confidence=confidence)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the register stands in a workbook; sheet and header row count from 0."""

    sheet: int
    header: int
    mapping: Mapping

    def with_(self, /, **columns: int | None) -> "Layout":
        return replace(self, mapping=self.mapping.with_(**columns))

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header": self.header,
            "columns": {str(k): v for k, v in self.mapping.columns.items()},
            "titles": list(self.mapping.titles),
        }


def read(content: bytes) -> Workbook:
    """A register as it was sent. Raises FileRefused."""
    return workbooks.read(content, titles=_titles())


def locate(workbook: Workbook) -> Layout:
    """Find the sheet and the row that heads the register, below whatever titles and notes stand above it.

    A hidden sheet is taken only where no other holds a register. Raises FileRefused, for a doubled column too.
    """
    for hidden in (False, True):
        found = [
            Layout(number, header, mapping)
            for number, sheet in enumerate(workbook.sheets)
            for header, mapping in _candidates(sheet)
            if sheet.hidden is hidden
        ]
        if found:
            best = max(found, key=lambda layout: sum(layout.mapping.confidence.values()))
            _refuse_doubled(best.mapping)
            return best
    raise FileRefused(
        _("找不到表头：前 20 行里没有“站点名称、类型、级别、统计用区划代码”这样的一行，请使用登记表模板。")
    )


def restore(workbook: Workbook, given: dict[str, Any]) -> Layout:
    """Put back a layout kept as JSON, whatever columns a person had corrected."""
    try:
        sheet, header, columns = int(given["sheet"]), int(given["header"]), dict(given["columns"])
        row = workbook.sheets[sheet].rows[header]
        titles = tuple(given.get("titles") or [cell.text for cell in row])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Invalid(_("这份文件的列对应关系已失效，请重新上传。")) from error
    return Layout(sheet, header, Mapping({}, {}, titles)).with_(**columns)


def match(header_cells: Sequence[Cell]) -> Mapping:
    """Give each field the column whose title fits best; no column serves two."""
    return _matched(tuple(cell.text for cell in header_cells))


def _matched(titles: tuple[str, ...]) -> Mapping:
    fits = sorted(_fits(titles), reverse=True, key=lambda fit: (fit[0], -fit[1]))
    columns: dict[Field, int] = {}
    confidence: dict[Field, float] = {}
    for fit, column, field in fits:
        if field not in columns and column not in columns.values():
            columns[field], confidence[field] = column, fit
    return Mapping(columns, confidence, titles)


def _candidates(sheet: Sheet) -> Iterable[tuple[int, Mapping]]:
    for number in range(min(len(sheet.rows), headings.HEAD_WITHIN)):
        called = headings.called(sheet, number)
        for place in (-1, 0):
            mapping = _matched(tuple(names[place] if names else "" for names in called))
            if len(mapping.columns) >= 3 and (Field.NAME in mapping.columns or len(mapping.missing) <= 1):
                yield number, mapping


def _refuse_doubled(mapping: Mapping) -> None:
    folded = [cells.fold(title) for title in mapping.titles]
    for column in mapping.columns.values():
        same = [number for number, title in enumerate(folded) if title == folded[column]]
        if len(same) > 1:
            raise headings.doubled(mapping.titles[column], same)


def _fits(titles: Sequence[str]) -> Iterable[tuple[float, int, Field]]:
    for column, title in enumerate(titles):
        if not title or len(title) > 30 or title in RESULT_TITLES:
            continue
        for field in Field:
            fit = max((_fit(form, known) for form in _forms(title) for known in _known(field)), default=0.0)
            if fit >= LEAST:
                yield fit, column, field


@lru_cache(maxsize=4096)
def _fit(title: str, known: str) -> float:
    """1 when alike, between 0.6 and 0.9 when one holds the other, less when only similar; A is never B."""
    if title == known:
        return SURE
    shorter, longer = sorted((title, known), key=len)
    if shorter in longer and (len(shorter) >= 4 or (len(shorter) >= 2 and not shorter.isascii())):
        return FAIR + 0.3 * len(shorter) / len(longer)
    if re.sub(r"[^a-z0-9]", "", title) != re.sub(r"[^a-z0-9]", "", known):
        return 0.0
    likeness = SequenceMatcher(None, title, known).ratio()
    return 0.75 * likeness if likeness >= 0.7 else 0.0


@cache
def _titles() -> frozenset[str]:
    return frozenset(
        cells.fold(name) for field, spec in FIELDS.items() for name in (spec.label, *spec.also, field.value)
    )


@cache
def _known(field: Field) -> frozenset[str]:
    spec = FIELDS[field]
    return frozenset(form for name in (str(spec.label), *spec.also, field.value) for form in _forms(name))


@lru_cache(maxsize=1024)
def _forms(title: str) -> frozenset[str]:
    """The title without marks, once with and once without what stands in brackets."""
    plain = unicodedata.normalize("NFKC", title).lower()
    bare = re.sub(r"\([^)]*\)|\[[^]]*]|【[^】]*】", "", plain)
    forms = {re.sub(r"[\W_]+", "", form) for form in (plain, bare)}
    return frozenset(form for form in forms if form)
