"""The pages of registers, the same at a room and at the institution; each level says where its entries stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform import forms
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.fields import Form, Int, Text
from huakai_platform.kernel.i18n import _, language
from huakai_platform.registers import definitions, entries, listing, metrics, reading
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.registers.listing import Owned, Reading
from huakai_platform.registers.reading import Read
from huakai_platform.registers.uploads import Uploads
from huakai_platform.resources import lists
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.view_pages import ViewPages
from huakai_platform.standards import basis
from huakai_platform.standards import service as standards
from huakai_platform.standards.basis import Rests
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db
from huakai_platform.web.pages import say

SPARE = 2
"""Empty rows that a form offers below those that there are."""
Page = str | tuple[str, int] | BaseResponse


class Reason(Form):
    reason = Text(min_length=2, max_length=300, multiline=True, required=True)


class Nothing(Form):
    """A deed without more to say."""


class Version(Form):
    version = Int(0, required=True)


@dataclass(frozen=True)
class RegisterScope:
    """A level's registers: its layout, its edition and tier, where entries and uploads stand, and who is told."""

    level: str
    layout: str
    edition: Callable[[], tuple[UUID, str | None]]
    place: Callable[[Register], EntryStore]
    changed: Callable[[Register, set[date]], None]
    uploads: Callable[[Register], Uploads]
    owned: Owned

    def store(self, register: Register) -> EntryStore:
        """Where its entries stand; who writes nothing in a reviewed register sees none that waits for its review."""
        found = self.place(register)
        return replace(found, reviewed_only=True) if register.hides_waiting(actor()) else found

    def pages(self, register: Register) -> Pages[Reading, Any]:
        """The pages of its list."""
        edition_id, _tier = self.edition()
        code, model = register.code, self.place(register).model
        listed = listing.of(edition_id, code, model, self.owned, language())
        return Pages(listed, "entry_id", "entries", template="registers/list.html", place={"code": code})

    def registers(self) -> Mapping[str, Register]:
        edition_id, tier = self.edition()
        return definitions.every(db(), edition_id, self.level, tier)

    def register(self, code: str) -> Register:
        """Raises NotFound."""
        edition_id, tier = self.edition()
        return definitions.get(db(), edition_id, self.level, code, tier)


def index(scope: RegisterScope) -> str:
    """All registers with what they have this year."""
    today = clock.today()
    found = scope.registers()
    stores = {code: scope.store(one) for code, one in found.items()}
    reviewed = [code for code, one in found.items() if one.reviewed]
    counts = metrics.counts(db(), stores, today.replace(month=1, day=1), today, reviewed)
    return render_template("registers/index.html", scope=scope, registers=found, counts=counts, year=today.year)


def entries_of(scope: RegisterScope, code: str) -> str:
    """The list of a register; an empty page for one that only another edition has."""
    if code not in scope.registers() and standards.ever(db(), "register", code, level=scope.level):
        return render_template("registers/lacking.html", scope=scope, crumbs=[(_("登记簿"), url_for(".index"))])
    register, today = scope.register(code), clock.today()
    pages, store = scope.pages(register), scope.store(register)
    asked = pages.asked()
    about = {
        **_words(scope, register),
        "sums": metrics.sums(db(), store, register, today.replace(month=1, day=1), today),
        "year": today.year,
        "crumbs": _crumbs(register, None),
    }
    if not register.sealed:
        return pages.index(asked, **about)
    found = lists.list_page(db(), pages.resource, actor(), asked.question, asked.context)
    about |= {"entries": [Entry(row, store.read(row)) for row in found.rows], "items": listing.columns(register)}
    return pages.show(asked.given, found, "registers/sealed.html", **about)


def views_of(scope: RegisterScope, code: str) -> ViewPages[Reading, Any]:
    """The saved views of its list. Raises NotFound for a confidential register."""
    register = scope.register(code)
    if register.sealed:
        raise NotFound(_("保密的登记簿不保存视图。"))
    return ViewPages(scope.pages(register))


def new(scope: RegisterScope, code: str) -> Page:
    """The form of a new entry; what the address says of an item stands in it already."""
    register = scope.register(code)
    begun = reading.empty(register, clock.today().isoformat())
    known = {item.code: request.args[item.code] for item in register.form if item.code in request.args}
    return _form(scope, register, None, Read({}, raw={**begun, "items": {**begun["items"], **known}}))


def add(scope: RegisterScope, code: str) -> Page:
    register = scope.register(code)
    given = reading.form(register, request.form)
    if not given.ok:
        return _form(scope, register, None, given, status=422)
    try:
        edition_id, _tier = scope.edition()
        entry_id = entries.add(db(), actor(), scope.store(register), register, given.answers, edition_id)
    except Invalid as refused:
        return _form(scope, register, None, Read({}, refused.fields, given.raw), status=refused.status)
    _changed(scope, register, given)
    flash(gettext("已登记。"), "ok")
    return redirect(url_for(".show", code=code, entry_id=entry_id), 303)


def show(
    scope: RegisterScope, code: str, entry_id: UUID, given: inputs.FormResult | None = None, *, status: int = 200
) -> Page:
    """An entry; with what was typed where its cancelling was refused."""
    register = scope.register(code)
    entry = entries.get(db(), scope.store(register), register, entry_id)
    if register.sealed:
        audit.record(db(), actor(), "registers.read", "register_entry", entry_id, register=register.code)
    page = render_template(
        "registers/show.html",
        entry=entry,
        given=given,
        cited=_cited(register, entry),
        may_review=entries.may_review(actor(), register, entry.row),
        crumbs=_crumbs(register, entry),
        **_words(scope, register),
    )
    return (page, status) if status != 200 else page


def edit(scope: RegisterScope, code: str, entry_id: UUID) -> Page:
    register = scope.register(code)
    entry = entries.get(db(), scope.store(register), register, entry_id)
    return _form(scope, register, entry, Read({}, raw=entry.answers))


def change(scope: RegisterScope, code: str, entry_id: UUID) -> Page:
    register = scope.register(code)
    store = scope.store(register)
    entry = entries.get(db(), store, register, entry_id)
    given, seen = reading.form(register, request.form), inputs.only(Version(), request.form)["version"]
    if not given.ok:
        return _form(scope, register, entry, given, version=seen, status=422)
    edition_id, _tier = scope.edition()
    try:
        before = entries.change(
            db(), actor(), store, register, entry_id, given.answers, version=seen, edition_id=edition_id
        )
    except StaleVersion as refused:
        read = Read({}, {"": [refused.message]}, given.raw)
        return _form(scope, register, entry, read, version=refused.version, status=refused.status)
    except Invalid as refused:
        return _form(scope, register, entry, Read({}, refused.fields, given.raw), version=seen, status=refused.status)
    _changed(scope, register, given, before)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".show", code=code, entry_id=entry_id), 303)


def cancel(scope: RegisterScope, code: str, entry_id: UUID) -> Page:
    register = scope.register(code)
    store = scope.store(register)
    entries.get(db(), store, register, entry_id)
    given = inputs.form(Reason())
    if not given.ok:
        return show(scope, code, entry_id, given, status=422)
    try:
        day = entries.cancel(db(), actor(), store, register, entry_id, given.values["reason"])
    except Conflict as refused:
        return show(scope, code, entry_id, given.with_error("reason", say(refused.message)), status=refused.status)
    scope.changed(register, {day})
    flash(gettext("已作废，记录仍可查看。"), "ok")
    return redirect(url_for(".show", code=code, entry_id=entry_id), 303)


def restore(scope: RegisterScope, code: str, entry_id: UUID) -> Page:
    register = scope.register(code)
    inputs.form(Nothing())
    scope.changed(register, {entries.restore(db(), actor(), scope.store(register), register, entry_id)})
    flash(gettext("已恢复。"), "ok")
    return redirect(url_for(".show", code=code, entry_id=entry_id), 303)


def review(scope: RegisterScope, code: str, entry_id: UUID) -> Page:
    """Pass an entry as its second person."""
    register = scope.register(code)
    store = scope.store(register)
    entries.get(db(), store, register, entry_id)
    seen = inputs.only(Version(), request.form)["version"]
    scope.changed(register, {entries.review(db(), actor(), store, register, entry_id, version=seen)})
    flash(gettext("已复核通过。"), "ok")
    return redirect(url_for(".show", code=code, entry_id=entry_id), 303)


def _cited(register: Register, entry: Entry) -> tuple[str, Any, UUID, list[Rests]] | None:
    """The source that an entry names, what that is called, the newest edition, and what of it rests on that."""
    source = entry.items.get(register.cites or "")
    if not source:
        return None
    edition_id = standards.newest(db())
    bodies = standards.bodies(db(), edition_id)
    return source, basis.sources(bodies).get(source), edition_id, basis.of(bodies, source)


def _changed(scope: RegisterScope, register: Register, given: Read, before: date | None = None) -> None:
    day = date.fromisoformat(given.answers["items"][register.dated])
    scope.changed(register, {day, before or day})


def _form(
    scope: RegisterScope,
    register: Register,
    entry: Entry | None,
    given: Read,
    *,
    version: int | None = None,
    status: int = 200,
) -> Page:
    seen = version if version is not None else entry.row.version if entry else 0
    page = render_template(
        "registers/form.html",
        entry=entry,
        given=given,
        version=seen,
        spare=SPARE,
        shown_fields=[name for name in given.errors if register.form.item(name) or name.count(".") == 3],
        crumbs=_crumbs(register, entry),
        **_words(scope, register),
    )
    return (page, status) if status != 200 else page


def _words(scope: RegisterScope, register: Register) -> dict[str, Any]:
    return {
        "scope": scope,
        "register": register,
        "writes": register.written_by(actor()),
        "written": forms.written,
        "locale": language(),
    }


def _crumbs(register: Register, entry: Entry | None) -> list[tuple[Any, str | None]]:
    above: list[tuple[Any, str | None]] = [(_("登记簿"), url_for(".index"))]
    title = register.title.of(language())
    if entry is None and request.endpoint and request.endpoint.endswith(".entries"):
        return [*above, (title, None)]
    here = say(_("第 {number} 条", number=entry.row.number)) if entry else say(_("新登记"))
    return [*above, (title, url_for(".entries", code=register.code)), (here, None)]
