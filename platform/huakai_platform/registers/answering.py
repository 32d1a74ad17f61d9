"""What programs are answered about registers, whatever the level."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, url_for

from huakai_platform import forms
from huakai_platform.forms import Definition, Section
from huakai_platform.kernel import audit
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.registers import entries as writing
from huakai_platform.registers import reading
from huakai_platform.registers.definitions import Register, Rows
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import Answers
from huakai_platform.registers.pages import RegisterScope
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, db

COLUMNS = (
    "id",
    "number",
    "day",
    "edition_id",
    "created_at",
    "changed_at",
    "cancelled_at",
    "cancelled_why",
    "reviewed_at",
)
NOT_THERE = _("没有这一项")


def registers(scope: RegisterScope) -> Response:
    return api.listed([_about(one) for one in scope.registers().values()])


def register(scope: RegisterScope, code: str) -> Response:
    found = scope.register(code)
    rows = {one.code: forms.json_schema(_as_form(found, one)) for one in found.rows}
    return api.answer(_about(found) | {"items": forms.json_schema(found.form), "rows": rows})


def entries(scope: RegisterScope, code: str, asked: Mapping[str, Any]) -> Response:
    """One page of entries; on record when the register is confidential."""
    found = scope.register(code)
    store, listed = scope.store(found), scope.pages(found).resource
    values = {name: value for name, value in asked.items() if name not in {"after", "limit"}}
    if strange := {*values} - {one.name for one in listed.filters}:
        raise Invalid(_("地址中的参数有误。"), {name: [NOT_THERE] for name in strange})
    query = lists.unordered_query(listed, actor(), Question(values), listed.context(db(), actor()))
    cut = api.cut(query, api.Order((store.model.day, store.model.id), falling=True), asked)
    rows = [listed.rows().kind(*row[: len(query.selected_columns)]) for row in cut.rows]
    shown = [_entry(found, Entry(row, store.read(row))) for row in rows]
    if found.sealed:
        audit.record(db(), actor(), "registers.read", "register", found.code, rows=len(shown))
    return cut.answer(shown)


def entry(scope: RegisterScope, code: str, entry_id: UUID) -> Response:
    """An entry; on record when the register is confidential."""
    found = scope.register(code)
    answered = _answered(scope, found, entry_id)
    if found.sealed:
        audit.record(db(), actor(), "registers.read", "register_entry", entry_id, register=found.code)
    return answered


def add(scope: RegisterScope, code: str, given: Mapping[str, Any]) -> Response:
    found = scope.register(code)
    answers = _read(found, given)
    edition_id, _tier = scope.edition()
    with _in_items():
        entry_id = writing.add(db(), actor(), scope.store(found), found, answers, edition_id)
    scope.changed(found, {_day(found, answers)})
    return _answered(scope, found, entry_id, 201, url_for(".entry", code=code, entry_id=entry_id))


def change(scope: RegisterScope, code: str, entry_id: UUID, given: Mapping[str, Any]) -> Response:
    found = scope.register(code)
    store = scope.store(found)
    version = writing.get(db(), store, found, entry_id).row.version
    api.expect(version)
    answers = _read(found, given)
    edition_id, _tier = scope.edition()
    with _in_items():
        before = writing.change(db(), actor(), store, found, entry_id, answers, version=version, edition_id=edition_id)
    scope.changed(found, {before, _day(found, answers)})
    return _answered(scope, found, entry_id)


def cancel(scope: RegisterScope, code: str, entry_id: UUID, reason: str) -> Response:
    found = scope.register(code)
    scope.changed(found, {writing.cancel(db(), actor(), scope.store(found), found, entry_id, reason)})
    return _answered(scope, found, entry_id)


def restore(scope: RegisterScope, code: str, entry_id: UUID) -> Response:
    found = scope.register(code)
    scope.changed(found, {writing.restore(db(), actor(), scope.store(found), found, entry_id)})
    return _answered(scope, found, entry_id)


def review(scope: RegisterScope, code: str, entry_id: UUID) -> Response:
    found = scope.register(code)
    store = scope.store(found)
    version = writing.get(db(), store, found, entry_id).row.version
    api.expect(version)
    scope.changed(found, {writing.review(db(), actor(), store, found, entry_id, version=version)})
    return _answered(scope, found, entry_id)


def _about(found: Register) -> dict[str, Any]:
    return {
        "code": found.code,
        "title": {"zh": found.title.zh, "en": found.title.en},
        "privacy": found.privacy,
        "months": found.months,
        "dated": found.dated,
        "metrics": [found.metric_name(one) for one in found.metrics],
        "writable": found.written_by(actor()),
        "reviewed": found.reviewed,
    }


def _as_form(found: Register, rows: Rows) -> Definition:
    return Definition("register", found.code, rows.title, (Section(rows.code, rows.title, rows.items),))


def _entry(found: Register, one: Entry) -> dict[str, Any]:
    return {name: getattr(one.row, name) for name in COLUMNS} | {
        "items": one.items,
        "rows": {kind.code: one.rows(kind.code) for kind in found.rows},
    }


def _answered(
    scope: RegisterScope, found: Register, entry_id: UUID, status: int = 200, location: str | None = None
) -> Response:
    one = writing.get(db(), scope.store(found), found, entry_id)
    return api.answer(_entry(found, one), status, version=one.row.version, location=location)


def _read(found: Register, given: Mapping[str, Any]) -> Answers:
    """Answers that fit the register. Raises Invalid, each mistake under its place in the body."""
    said = given.get("rows") or {}
    read = reading.check(found, {**given, "rows": said})
    errors = {name if name.startswith("rows.") else f"items.{name}": said for name, said in read.errors.items()}
    errors |= {f"items.{name}": [NOT_THERE] for name in given["items"] if found.form.item(name) is None}
    known = {rows.code: {item.code for item in rows.items} for rows in found.rows}
    for code, lines in said.items():
        if code not in known:
            errors[f"rows.{code}"] = [NOT_THERE]
        for place, line in enumerate(lines):
            strange = set(line) - known.get(code, set(line))
            errors |= {f"rows.{code}.{place}.{name}": [NOT_THERE] for name in strange}
    if errors:
        raise Invalid(_("填写的内容有误。"), errors)
    return read.answers


@contextmanager
def _in_items() -> Iterator[None]:
    """Mistakes that a service tells of an item stand under `items` in the body."""
    try:
        yield
    except Invalid as refused:
        raise Invalid(refused.message, {f"items.{name}": said for name, said in refused.fields.items()}) from None


def _day(found: Register, answers: Answers) -> date:
    return date.fromisoformat(answers["items"][found.dated])
