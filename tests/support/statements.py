"""Watches what every test sends as a running login: a statement about rows of tenants names the tenant of each table.

Row security alone would answer rightly, but on a cluster the statement goes to every shard, and a prefix search uses no
index. Each text is read once; one that does not name the tenant is an error of the test that made the product send it.
The walks over all pages, operations and jobs see to it that none is left out.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from huakai_deploy import policies
from tests.architecture.sql_lint import selected

ROOT = Path(__file__).parents[2]
RUNNING = ("huakai_tenant", "huakai_oversight", "huakai_worker")
MAY_LEAVE_OUT: dict[str, str] = {"WHERE false": "what no row can fulfil is asked of none"}
"""Parts of statements that do without on purpose, and why."""

GIVEN = ("'", ":", "CAST(", "(SELECT")
"""How a value begins, or a query that finds one, besides a parameter."""
_TABLE = re.compile(
    r"\b(?P<table>(?:tenant|confidential)\.\w+)\b(?![.(])(?:\s+(?:AS\s+)?(?P<alias>(?!(?:AS|ON|SET|WHERE|JOIN|LEFT|INNER"
    r"|CROSS|FULL|RIGHT|GROUP|ORDER|LIMIT|OFFSET|FOR|UNION|EXCEPT|INTERSECT|VALUES|RETURNING|USING|HAVING|SELECT|FETCH"
    r"|WINDOW|DEFAULT|TABLESAMPLE|AND|OR)\b)\w+))?",
    re.IGNORECASE,
)
_INSERTED = re.compile(r"INSERT INTO ((?:tenant|confidential)\.\w+)(\s+AS \w+)?\s+\(([^)]*)\)", re.IGNORECASE)
_SAID = re.compile(r"(?P<left>[\w.]*\btenant_id)\s*(?:=|IN)\s*(?P<right>\(?[^\s),]+)", re.IGNORECASE)
_TURNED = re.compile(r"(?P<right>[\w.%():]+)\s*=\s*(?P<left>[\w.]*\btenant_id\b)", re.IGNORECASE)
_PAIRED = re.compile(r"\((?P<left>[\w.]*\btenant_id), [\w., ]+\) IN \(")


class PastPolicies(BaseException):
    """Rows go from a query into a table of the platform that has policies, which Citus would not ask."""


class TenantNotNamed(BaseException):
    """A statement leaves it to row security whose rows it touches. No `except Exception` hides it."""


def unnamed(statement: str) -> list[str]:
    """The tables (or their aliases) of a statement whose tenant it does not say."""
    wanted = Counter(_tables(statement))
    said = _said(statement)
    return [
        name for name, times in wanted.items() if said[name] < times and not (len(wanted) == 1 and said[""] >= times)
    ]


def _tables(statement: str) -> Iterator[str]:
    rest = statement
    for found in _INSERTED.finditer(statement):
        rest = rest.replace(found[0], "")
        if not re.search(r"\btenant_id\b", found[3]):
            yield found[1]
    for found in _TABLE.finditer(rest):
        yield found["alias"] or found["table"]


def _said(statement: str) -> Counter[str]:
    """How often each table's tenant is bound, by a value or through another table that is."""
    links: list[tuple[str, str]] = []
    bound: Counter[str] = Counter()
    for found in _PAIRED.finditer(statement):
        bound[_owner(found["left"])] += 1
    for pattern in (_SAID, _TURNED):
        for found in pattern.finditer(statement):
            left, right = _owner(found["left"]), found["right"]
            if "%" in right or right.startswith(GIVEN):
                bound[left] += 1
            elif right.endswith("tenant_id"):
                links += [(left, _owner(right))] if pattern is _SAID else []
            else:
                bound[left] += bool(re.search(rf"{re.escape(right)}\s*(=|IN)\s*\(?%", statement))
    for _ in links:
        for one, other in [*links]:
            for known, new in ((one, other), (other, one)):
                if bound[known] and not bound[new]:
                    bound[new] = sum(new in pair for pair in links)
    return bound


def _owner(column: str) -> str:
    return column.strip("()").rpartition(".")[0]


@cache
def _read(statement: str) -> tuple[str, ...]:
    if any(part in statement for part in MAY_LEAVE_OUT):
        return ()
    return tuple(unnamed(statement))


@cache
def _past_policies(statement: str) -> bool:
    return any(
        table in policies.wanted() for _line, table in selected(repr(statement)) if table.startswith("platform.")
    )


def sent_by_the_product() -> bool:
    """Whether the nearest code of this repository is not a test's own: a test may look at what it wants."""
    frame = sys._getframe(2)
    while frame:
        path = frame.f_code.co_filename
        if path.startswith(f"{ROOT}/") and not path.startswith(f"{ROOT}/.venv/"):
            return not path.startswith(f"{ROOT}/tests/")
        frame = frame.f_back  # type: ignore[assignment]
    return False


@event.listens_for(Engine, "before_cursor_execute")
def _watch(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if connection.engine.url.username not in RUNNING:
        return
    if (left_out := _read(statement)) and sent_by_the_product():
        raise TenantNotNamed(f"{', '.join(left_out)}: {statement}")
    if statement.startswith(("INSERT", "WITH")) and _past_policies(statement) and sent_by_the_product():
        raise PastPolicies(statement)
