"""Filled-in checklists to choose from: every answer checked, every score computed as a room's own would be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from huakai_deploy.demo_history import words
from huakai_platform import forms

GOOD, SLIPS = 24, 16
"""How many without a fault, and with an ordinary one, there are of each checklist."""


@dataclass(frozen=True)
class Sheet:
    """One way to fill in a checklist."""

    n: int
    code: str
    answers: Mapping[str, Any]
    proofs: tuple[str, ...]
    score: Mapping[str, Any]

    @property
    def failed_core(self) -> tuple[str, ...]:
        return tuple(self.score["failed_core"])

    @property
    def row(self) -> dict[str, Any]:
        return {"n": self.n, "answers": self.answers, "proofs": self.proofs}


class Stock:
    """The sheets of every checklist of a tier."""

    def __init__(self, definitions: Mapping[str, forms.Definition]) -> None:
        self.sheets: list[Sheet] = []
        self.definitions = definitions
        for code, definition in definitions.items():
            dice = Random(code)
            for wrong in _faults(definition, dice):
                self.sheets.append(_sheet(len(self.sheets), code, definition, wrong, dice))

    @cached_property
    def good(self) -> Mapping[str, list[Sheet]]:
        return {code: [one for one in self._of(code) if not one.score["failed"]] for code in self.definitions}

    @cached_property
    def slips(self) -> Mapping[str, list[Sheet]]:
        return {
            code: [one for one in self._of(code) if one.score["failed"] and not one.failed_core]
            for code in self.definitions
        }

    @cached_property
    def core(self) -> Mapping[str, list[Sheet]]:
        return {code: [one for one in self._of(code) if one.failed_core] for code in self.definitions}

    def _of(self, code: str) -> list[Sheet]:
        return [one for one in self.sheets if one.code == code]

    def section(self, code: str, item: str) -> str:
        return next(
            section.code
            for section in self.definitions[code].sections
            if any(one.code == item for one in section.items)
        )


def _faults(definition: forms.Definition, dice: Random) -> Iterator[set[str]]:
    yield from (set[str]() for _each in range(GOOD))
    judged = [item.code for item in definition if item.weight and not item.core]
    yield from ({dice.choice(judged)} for _each in range(SLIPS) if judged)
    yield from ({item.code} for item in definition if item.core)


def _sheet(n: int, code: str, definition: forms.Definition, wrong: set[str], dice: Random) -> Sheet:
    raw = {item.code: _value(item, dice, good=item.code not in wrong) for item in definition}
    answers = {item.code: forms.check(item, raw[item.code]) for item in definition}
    answers = {name: value for name, value in answers.items() if value is not None}
    proofs = [item.code for item in definition for _each in range(forms.evidence_due(item, answers.get(item.code)))]
    found = forms.score(definition, answers, {name: proofs.count(name) for name in proofs})
    score = {
        "points": str(found.points),
        "possible": str(found.possible),
        "percent": str(found.percent) if found.percent is not None else None,
        "failed": list(found.failed),
        "failed_core": list(found.failed_core),
    }
    return Sheet(n, code, answers, tuple(proofs), score)


def _value(item: forms.Item, dice: Random, *, good: bool) -> Any:
    match item.kind:
        case "boolean":
            return "true" if good else "false"
        case "yes_no_na":
            return ("na" if not item.core and dice.random() < 0.1 else "yes") if good else "no"
        case "number" | "integer":
            return _number(item, dice, good=good)
        case "choice":
            fit = item.passes.one_of if item.passes else ()
            codes = [one.code for one in item.options]
            return dice.choice([code for code in codes if (code in fit) is good] or codes)
        case "choices":
            codes = [one.code for one in item.options]
            return codes if good else codes[1:]
        case "text":
            return dice.choice(words.REMARKS) if dice.random() < 0.08 else None
        case _:
            return None


def _number(item: forms.Item, dice: Random, *, good: bool) -> str:
    rule, spread = item.passes, dice.randint(0, 8)
    low, high = int(item.min or 0), int(item.max if item.max is not None else 1000)
    if rule and rule.at_least is not None:
        number = int(rule.at_least) + spread if good else int(rule.at_least) - 1 - spread // 4
    elif rule and rule.at_most is not None:
        number = int(rule.at_most) - spread if good else int(rule.at_most) + 1 + spread
    else:
        number = spread
    return str(min(high, max(low, number)))
