"""The pages of a list: one table of routes, made of its description and its store."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Generic
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, StaleVersion
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources import exporting, lists, schemas, words
from huakai_platform.resources.fields import C, Field, R, Resource
from huakai_platform.resources.store import Store
from huakai_platform.web import inputs
from huakai_platform.web.access import guard
from huakai_platform.web.context import actor, db
from huakai_platform.web.import_flow import handed
from huakai_platform.web.inputs import FormResult

Answer = BaseResponse | str | tuple[str, int]


@dataclass(frozen=True)
class Pages(Generic[C, R]):
    """The pages of one list below one address; the page of a single thing, `show`, is its feature's own."""

    resource: Resource[C, R]
    store: Store[R]
    argument: str
    """What the address calls a thing, as `item_id`."""

    # the list

    def index(self, **more: Any) -> str:
        """What was asked for, a page of it; `more` is what the feature's own template says besides."""
        asked = inputs.query(schemas.query(self.resource)())
        context = self.resource.context(db(), actor())
        found = lists.list_page(db(), self.resource, actor(), schemas.question(asked), context)
        return render_template(
            f"{self.resource.name}/index.html", listing=found, **self._asked(asked), **self.words(context), **more
        )

    def print(self) -> str:
        """All that the list shows, with an official head; on record."""
        asked, context, found = self._all()
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.printed", "site", here, rows=rows)
        head = exporting.head(db(), actor(), self.resource)
        about = {**self._asked(asked), **self.words(context), "columns": self._columns(asked, "print")}
        return render_template("resources/print.html", found=found, head=head, notice=exporting.cut(found), **about)

    def export(self) -> Response:
        """All that the list shows, as a workbook; on record."""
        asked, context, found = self._all()
        content = exporting.workbook(db(), actor(), self.resource, self._columns(asked, "export"), found, context)
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.exported", "site", here, rows=rows)
        return handed(content, f"huakai-{self.resource.name}.xlsx")

    # one thing

    def new(self) -> Answer:
        """The form; what the address holds of it is filled in."""
        asked = inputs.query(schemas.prefilled(self.resource)())
        return self._form(None, FormResult({}, raw=asked))

    def add(self) -> Answer:
        given = inputs.form(schemas.form(self.resource)())
        if not given.ok:
            return self._form(None, given, status=422)
        try:
            made = self.store.add(db(), actor(), given.values)
        except Invalid as refused:
            return self._form(None, FormResult({}, refused.fields, given.raw), status=refused.status)
        flash(gettext("已登记。"), "ok")
        return redirect(url_for(".show", **self._place(made.id)), 303)

    def edit(self, **where: UUID) -> Answer:
        kept = self.store.get(db(), where[self.argument])
        names = [*(one.name for one in self.resource.into("form")), "version"]
        return self._form(kept.id, FormResult({}, raw={name: getattr(kept, name) for name in names}))

    def change(self, **where: UUID) -> Answer:
        kept = self.store.get(db(), where[self.argument])
        given = inputs.form(schemas.form(self.resource)())
        if not given.ok:
            return self._form(kept.id, given, status=422)
        try:
            self.store.change(db(), actor(), kept.id, given.values, version=given.values["version"])
        except StaleVersion as stale:
            raw = {**given.raw, "version": stale.version}
            return self._form(kept.id, FormResult({}, raw=raw), stale=stale, status=stale.status)
        except Invalid as refused:
            return self._form(kept.id, FormResult({}, refused.fields, given.raw), status=refused.status)
        flash(gettext("已保存。"), "ok")
        return redirect(url_for(".show", **self._place(kept.id)), 303)

    def _place(self, thing: UUID) -> dict[str, Any]:
        return {self.argument: thing}

    def _asked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The question as the pages of the list say it: `shown` is the address without its page."""
        narrowed = [one.name for one in self.resource.filters if asked.get(one.name) not in (None, one.usual)]
        shown = {name: value for name, value in asked.items() if name != "page"}
        return {"asked": asked, "narrowed": narrowed, "shown": shown, "columns": self._columns(asked, "list")}

    def _columns(self, asked: Mapping[str, Any], place: str) -> list[Field[C]]:
        """The fields that are shown: those that were chosen, or all that the list has; the first one always."""
        known, chosen = self.resource.out(place), asked.get("columns")
        return [one for at, one in enumerate(known) if not chosen or at == 0 or one.name in chosen]

    def words(self, context: C) -> dict[str, Any]:
        """What every page of the list needs to say things."""
        known = {one.name: words.choices(one, context) for one in self.resource.fields}
        return {
            "resource": self.resource,
            "context": context,
            "labels": self.resource.labels(),
            "known": known,
            "said": partial(self._said, context=context, known=known),
            "value": partial(words.value, context=context),
            "word": lambda field, held: words.text(field, held, known[field.name]),
            "words_of": lambda asked: words.choices(asked, context).items(),
            "argument": self.argument,
        }

    @staticmethod
    def _said(field: Field[C], row: R, *, context: C, known: Mapping[str, Mapping[str, str]]) -> str:
        return words.text(field, words.value(field, row, context), known[field.name])

    def _all(self) -> tuple[Mapping[str, Any], C, lists.Extract[R]]:
        asked = inputs.query(schemas.query(self.resource)())
        context = self.resource.context(db(), actor())
        return asked, context, lists.all_rows(db(), self.resource, actor(), schemas.question(asked), context)

    def _form(
        self, thing: UUID | None, given: FormResult, *, stale: StaleVersion | None = None, status: int = 200
    ) -> Answer:
        context = self.resource.context(db(), actor())
        back = url_for(".show", **self._place(thing)) if thing else url_for(".index")
        shown = render_template(
            f"{self.resource.name}/form.html",
            thing=thing,
            values=given.raw,
            errors=given.errors,
            stale=stale,
            differences=self._differences(stale, context),
            back=back,
            key=str(uuid7()),
            **self.words(context),
        )
        return (shown, status) if status != 200 else shown

    def _differences(self, stale: StaleVersion | None, context: C) -> list[tuple[Message, str, str]]:
        """What stands there now and what was typed, by label, in the reader's words."""
        fields = {one.name: one for one in self.resource.fields}
        found = []
        for name, now, typed in stale.changes if stale else ():
            field, known = fields[name], words.choices(fields[name], context)
            found.append((field.label, words.text(field, now, known), words.text(field, typed, known)))
        return found


def routes(
    blueprint: Blueprint,
    pages: Pages[C, R],
    *,
    read: Permission,
    write: Permission,
    export: Permission,
    sample: str,
    workbook: str,
    but: Collection[str] = (),
) -> None:
    """Hang the pages of a list on its blueprint: who may read sees it, who may export takes it away, who may write adds
    and changes. `sample` is the kind of object in tests, `workbook` the name of the export in its address; the pages
    `but` are the feature's own."""
    one = f"/<uuid:{pages.argument}>"
    table: tuple[tuple[str, str, Callable[..., Any], Permission, str, str | None], ...] = (
        ("GET", "", pages.index, read, "index", None),
        ("GET", "/print", pages.print, export, "print_list", None),
        ("GET", f"/{workbook}", pages.export, export, "export", None),
        ("GET", "/new", pages.new, write, "new", None),
        ("POST", "/new", pages.add, write, "add", None),
        ("GET", f"{one}/edit", pages.edit, write, "edit", sample),
        ("POST", f"{one}/edit", pages.change, write, "change", sample),
    )
    for method, rule, view, permission, endpoint, of in table:
        if endpoint in but:
            continue
        hang(blueprint, method, rule, endpoint, view, permission, of)


def hang(
    blueprint: Blueprint,
    method: str,
    rule: str,
    endpoint: str,
    view: Callable[..., Any],
    permission: Permission,
    sample: str | None,
) -> None:
    """One route under one permission."""
    guarded = guard(permission, sample=sample)(function(view))
    blueprint.add_url_rule(rule, endpoint, guarded, methods=[method])


def function(view: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a function of its own, which can carry what its route declares."""

    @wraps(view)
    def run(**where: Any) -> Any:
        return view(**where)

    return run
