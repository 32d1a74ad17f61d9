"""What makes the regions a tree, so that every walk along it ends: a parent always stands on a higher level."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.regions.service import COUNTRY, LEVEL_LABELS, LEVELS

Known = Mapping[str, Any]
"""The table: rows with `level`, `parent_code` and `successor_code`, by code."""
Rows = Mapping[str, Mapping[str, str]]
"""The rows of a file by code."""
Lines = Mapping[str, int]


def parent(row: Mapping[str, str]) -> str | None:
    return row["parent"] or (None if row["code"] == COUNTRY else COUNTRY)


def misplaced(given: Rows, lines: Lines, known: Known) -> Iterator[Message]:
    """Rows whose parent is unknown or not on a higher level, in the file or in the table that it would change.

    As levels only rise on the way up, no region can come to stand below itself.
    """
    for code, row in given.items():
        above = parent(row)
        level = _level(above, given, known) if above else None
        if above and level is None:
            yield _("第 {line} 行：上级 {parent} 不存在。", line=lines[code], parent=above[:20])
        elif above and level and not _higher(level, row["level"]):
            yield _(
                "第 {line} 行：上级 {parent} 是{above}，必须高于本行的{level}。",
                line=lines[code], parent=above, above=LEVEL_LABELS[level], level=LEVEL_LABELS[row["level"]],
            )  # fmt: skip
    for code, old in known.items():
        row = given.get(old.parent_code or "", {})
        if row and code not in given and not _higher(row["level"], old.level):
            yield _(
                "第 {line} 行：本行是{above}，地区表中它的下级 {below} 是{level}，必须更低。",
                line=lines[row["code"]], below=code, above=LEVEL_LABELS[row["level"]], level=LEVEL_LABELS[old.level],
            )  # fmt: skip


def astray(given: Rows, lines: Lines, known: Known) -> Iterator[Message]:
    """Rows whose successor is unknown, or whose successors never end."""
    for code, row in given.items():
        after = row.get("successor")
        if after and after not in given and after not in known:
            yield _("第 {line} 行：后继地区 {successor} 不存在。", line=lines[code], successor=after[:20])
    for code in endless(given, lambda code: _successor(code, given, known)):
        yield _("第 {line} 行：后继地区成环，没有尽头。", line=lines[code])


def endless(codes: Iterable[str], successor: Callable[[str], str | None]) -> Iterator[str]:
    """Of these, the first that leads into each ring of successors; each step is taken once."""
    safe: set[str] = set()
    for code in codes:
        seen, after = {code}, successor(code)
        while after and after not in seen and after not in safe:
            seen.add(after)
            after = successor(after)
        if after in seen and code not in safe:
            yield code
        safe |= seen


def _level(code: str, given: Rows, known: Known) -> str | None:
    if code in given:
        return given[code]["level"]
    if code in known:
        return str(known[code].level)
    return LEVELS[0] if code == COUNTRY else None


def _successor(code: str, given: Rows, known: Known) -> str | None:
    if code in given:
        return given[code].get("successor") or None
    return known[code].successor_code if code in known else None


def _higher(one: str, other: str) -> bool:
    return LEVELS.index(one) < LEVELS.index(other)
