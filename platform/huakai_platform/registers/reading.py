"""What a form, a program or a workbook says of an entry, checked against its register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from huakai_platform import forms
from huakai_platform.forms import Item
from huakai_platform.kernel.i18n import _
from huakai_platform.registers.definitions import Register, Rows
from huakai_platform.registers.entry_store import Answers

MOST_ROWS = 50
BESIDE = frozenset({"csrf_token", "version", "idempotency_key"})
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """What was said: `answers` when it is right; `errors` by item, or `rows.<code>.<place>.<item>`, when not."""

    answers: Answers
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    raw: Raw = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors


def form(register: Register, given: MultiDict[str, str]) -> Read:
    """A submitted form. Fields that are none of the register's are named as errors."""
    raw = {
        "items": {item.code: _of_form(item, given, item.code) for item in register.form},
        "rows": {rows.code: _rows_of_form(rows, given) for rows in register.rows},
    }
    found = check(register, raw)
    named = {item.code for item in register.form}
    strange = [name for name in given if name not in named | BESIDE and not _of_rows(register, name)]
    return Read(found.answers, {**found.errors, **{name: [_("没有这一项")] for name in strange}}, raw)


def check(register: Register, raw: Raw) -> Read:
    """Answers in JSON, item by item; what is not said is not an answer."""
    errors: dict[str, list[str]] = {}
    items = _answers(register.form, raw.get("items", {}), "", errors)
    rows = {one.code: _rows(one, raw.get("rows", {}).get(one.code, []), errors) for one in register.rows}
    answers: Answers = {"items": items, "rows": rows} if register.rows else {"items": items}
    return Read(answers, errors, raw)


def empty(register: Register, day: str) -> Raw:
    """What the form of a new entry begins with."""
    return {"items": {register.dated: day}, "rows": {}}


def _answers(items: Any, given: Mapping[str, Any], prefix: str, errors: dict[str, list[str]]) -> dict[str, Any]:
    found = {}
    for item in items:
        try:
            value = forms.check(item, given.get(item.code))
        except ValidationError as refused:
            errors[prefix + item.code] = [str(one) for one in refused.messages]
            continue
        if value is not None:
            found[item.code] = value
        elif item.required:
            errors[prefix + item.code] = [_("此项还没有填写")]
    return found


def _rows(rows: Rows, given: Any, errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    said = [one for one in given if any(value not in (None, "", []) for value in one.values())]
    if len(said) > MOST_ROWS:
        errors[f"rows.{rows.code}"] = [_("最多 {most} 行", most=MOST_ROWS)]
    return [
        _answers(rows.items, one, f"rows.{rows.code}.{place}.", errors) for place, one in enumerate(said[:MOST_ROWS])
    ]


def _of_form(item: Item, given: MultiDict[str, str], name: str) -> Any:
    return given.getlist(name) if item.kind == "choices" else given.get(name)


def _rows_of_form(rows: Rows, given: MultiDict[str, str]) -> list[dict[str, Any]]:
    found = []
    for place in range(MOST_ROWS + 1):
        one = {item.code: given.get(f"rows.{rows.code}.{place}.{item.code}") for item in rows.items}
        if any(value is not None for value in one.values()):
            found.append(one)
    return [one for one in found if any(value for value in one.values())]


def _of_rows(register: Register, name: str) -> bool:
    parts = name.split(".")
    known = {rows.code: {item.code for item in rows.items} for rows in register.rows}
    return len(parts) == 4 and parts[0] == "rows" and parts[3] in known.get(parts[1], ()) and parts[2].isdigit()
