"""A dry run as it is kept: what became of each row, and why; no person and no telephone number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huakai_platform.kernel.i18n import Message, pack, unpack
from huakai_platform.onboarding.register import Field, Problem, RegisterRow, State, Verdict

CREATED = "created"
STATES = (State.NEW.value, CREATED, State.PRESENT.value, State.ERROR.value, State.POSSIBLE_DUPLICATE.value)
PERSONAL = frozenset({Field.A_NAME, Field.A_PHONE, Field.B_NAME, Field.B_PHONE})
HIDDEN = "…"


@dataclass(frozen=True)
class Told:
    """A problem as it is shown."""

    cell: str
    column: str
    code: str
    severity: str
    message: Message


@dataclass(frozen=True)
class Line:
    """A row of the report."""

    row: int
    state: str
    name: str
    place: str
    problems: tuple[Told, ...]
    twins: tuple[Mapping[str, Any], ...]
    site: str | None
    reason: str | None


def keep(rows: Sequence[RegisterRow], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What goes into `RegisterImport.summary`."""
    lines = [_line(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]
    return {"counts": count(lines), "rows": lines}


def count(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(line["state"] for line in lines))


def lines(summary: Mapping[str, Any], state: str | None = None) -> list[Line]:
    """The rows of a report, all or those of one state."""
    return [_read(line) for line in summary.get("rows", ()) if state is None or line["state"] == state]


def impersonal(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what problems quote of people, for when the import has ended."""
    return {
        **summary,
        "rows": [{**line, "problems": [_hide(told) for told in line["problems"]]} for line in summary.get("rows", ())],
    }


def _line(row: RegisterRow, verdict: Verdict) -> dict[str, Any]:
    return {
        "row": row.number,
        "state": verdict.state.value,
        "name": row.name,
        "place": " ".join(filter(None, (row.county, row.township, row.community))),
        "problems": [_problem(problem) for problem in verdict.problems],
        "twins": [
            {
                "likeness": twin.likeness,
                "name": twin.name,
                "row": twin.row,
                "site": str(twin.site.id) if twin.site else None,
            }
            for twin in verdict.duplicates_of
        ],
        "site": str(verdict.site.id) if verdict.site else None,
        "reason": verdict.reason,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "cell": problem.cell,
        "column": problem.column,
        "field": problem.field.value,
        "code": problem.code,
        "severity": problem.severity,
        "message": pack(problem.message),
    }


def _hide(told: Mapping[str, Any]) -> dict[str, Any]:
    if told["field"] not in PERSONAL:
        return dict(told)
    params = {name: HIDDEN if isinstance(value, str) else value for name, value in told["message"]["params"].items()}
    return {**told, "message": {**told["message"], "params": params}}


def _read(line: Mapping[str, Any]) -> Line:
    problems = tuple(
        Told(told["cell"], told["column"], told["code"], told["severity"], unpack(told["message"]))
        for told in line["problems"]
    )
    return Line(
        line["row"],
        line["state"],
        line["name"],
        line["place"],
        problems,
        tuple(line["twins"]),
        line["site"],
        line["reason"],
    )
