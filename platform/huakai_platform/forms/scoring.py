"""Judging answers: what passed, what it is worth, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from huakai_platform.forms.definitions import (
    CHOICES,
    FILES,
    NOT_APPLICABLE,
    NOTHING,
    Definition,
    Item,
    PassRule,
)
from huakai_platform.kernel.i18n import Message, _

Answers = Mapping[str, Any]
EvidenceCount = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """Points of those possible; items answered "not applicable" are left out of both."""

    points: Decimal
    possible: Decimal
    failed_core: tuple[str, ...]
    failed: tuple[str, ...]
    answered: int
    total: int

    @property
    def percent(self) -> Decimal | None:
        """One decimal, half up; None when nothing carries weight."""
        if not self.possible:
            return None
        return (100 * self.points / self.possible).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form cannot be closed yet."""

    item: str
    reason: Literal["unanswered", "evidence"]
    message: Message


def passed(item: Item, value: Any) -> bool | None:
    """Whether an answer is good; None when there is none, it does not apply, or the item is not judged."""
    if _nothing(item, value):
        return None
    rule = item.passes or PassRule()
    match item.kind:
        case "boolean" | "yes_no_na":
            wanted = rule.equals if rule.equals is not None else (True if item.kind == "boolean" else "yes")
            return bool(value == wanted)
        case "number" | "integer":
            return _number_passes(rule, value) if item.passes else None
        case "choice" | "choices":
            return _choice_passes(item, rule, value)
        case "text" | "date":
            return True if item.passes or item.core or item.weight else None
        case _:
            return True


def score(definition: Definition, answers: Answers, evidence: EvidenceCount | None = None) -> Score:
    """Weigh the answers; an open item earns nothing and still counts as possible."""
    items = tuple(definition)
    values = {item.code: _value(item, answers, evidence or {}) for item in items}
    failed = tuple(item.code for item in items if passed(item, values[item.code]) is False)
    return Score(
        points=sum((_points(item, values[item.code]) for item in items), NOTHING),
        possible=sum((item.weight for item in items if not _waived(item, values[item.code])), NOTHING),
        failed_core=tuple(item.code for item in items if item.core and item.code in failed),
        failed=failed,
        answered=sum(values[item.code] not in (None, []) for item in items),
        total=len(items),
    )


def missing(definition: Definition, answers: Answers, evidence: EvidenceCount) -> list[Problem]:
    """What keeps the form open: required items without an answer, and answers without their proof."""
    problems = []
    for item in definition:
        value = _value(item, answers, evidence)
        if item.required and value in (None, []):
            problems.append(Problem(item.code, "unanswered", _("此项还没有填写")))
        elif (short := evidence_due(item, value) - evidence.get(item.code, 0)) > 0:
            problems.append(Problem(item.code, "evidence", _evidence_message(item, short)))
    return problems


def evidence_due(item: Item, value: Any) -> int:
    """How many photos or documents this answer needs."""
    if _nothing(item, value) or item.evidence.when == "never":
        return 0
    if item.evidence.when == "on_fail" and passed(item, value) is not False:
        return 0
    return item.evidence.count


def _evidence_message(item: Item, short: int) -> Message:
    if item.evidence.what == "document":
        return _("还需上传 {count} 份文件", count=short)
    return _("还需拍摄 {count} 张照片", count=short)


def _value(item: Item, answers: Answers, evidence: EvidenceCount) -> Any:
    """The answer; for photo and document items a file on record is one."""
    value = answers.get(item.code)
    return True if item.kind in FILES and evidence.get(item.code) else value


def _nothing(item: Item, value: Any) -> bool:
    """Whether there is nothing to judge."""
    return value in (None, []) or _waived(item, value)


def _waived(item: Item, value: Any) -> bool:
    """Whether the answer is "not applicable", and not a text or an option of that spelling."""
    return bool(value == NOT_APPLICABLE) and (item.not_applicable or item.kind == "yes_no_na")


def _points(item: Item, value: Any) -> Decimal:
    if _nothing(item, value):
        return NOTHING
    if item.kind in CHOICES and any(option.points is not None for option in item.options):
        chosen = value if isinstance(value, list) else [value]
        return min(
            item.weight, sum((option.points or NOTHING for option in item.options if option.code in chosen), NOTHING)
        )
    return item.weight if passed(item, value) else NOTHING


def _number_passes(rule: PassRule, value: Any) -> bool:
    number = Decimal(str(value))
    return (rule.at_least is None or number >= rule.at_least) and (rule.at_most is None or number <= rule.at_most)


def _choice_passes(item: Item, rule: PassRule, value: Any) -> bool | None:
    chosen = set(value) if isinstance(value, list) else {value}
    if not item.passes:
        return None
    if rule.equals is not None:
        return chosen == {rule.equals}
    return chosen.issuperset(rule.all_of) and (not rule.one_of or chosen <= set(rule.one_of))
