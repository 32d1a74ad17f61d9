"""The pages on which a thing of a list is written down and changed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, StaleVersion
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources import schemas, words
from huakai_platform.resources.fields import C, R
from huakai_platform.resources.pages import Answer, Pages, hang
from huakai_platform.resources.store import Store
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db
from huakai_platform.web.inputs import FormResult

NONE: Mapping[str, list[str]] = {}


@dataclass(frozen=True)
class FormPages(Generic[C, R]):
    """The forms of one list; the page of a single thing, `show`, is its feature's own."""

    pages: Pages[C, R]
    store: Store
    beside: Callable[[UUID | None], Mapping[str, Any]] = lambda _thing: {}
    """What the page of the feature shows beside the form."""

    def new(self) -> Answer:
        """The form; what the address holds of it is filled in."""
        asked = inputs.query(schemas.prefilled(self.pages.resource)())
        return self.page(None, FormResult({}, raw=asked))

    def add(self) -> Answer:
        given = inputs.form(schemas.form(self.pages.resource)())
        if not given.ok:
            return self.page(None, given, status=422)
        try:
            made = self.store.add(db(), actor(), given.values)
        except Invalid as refused:
            return self.page(None, FormResult({}, refused.fields, given.raw), status=refused.status)
        flash(gettext("已登记。"), "ok")
        return redirect(self._back(made.id), 303)

    def edit(self, **where: UUID) -> Answer:
        return self.again(where[self.pages.argument])

    def again(self, thing: UUID, errors: Mapping[str, list[str]] = NONE, *, status: int = 200, **more: Any) -> Answer:
        """The form of a thing as it is kept."""
        kept = self.store.get(db(), thing)
        raw = schemas.form(self.pages.resource, change=True)().dump(kept)
        return self.page(kept.id, FormResult({}, errors, raw), status=status, **more)

    def change(self, **where: UUID) -> Answer:
        kept = self.store.get(db(), where[self.pages.argument])
        given = inputs.form(schemas.form(self.pages.resource, change=True)())
        if not given.ok:
            return self.page(kept.id, given, status=422)
        try:
            self.store.change(db(), actor(), kept.id, given.values, version=given.values["version"])
        except StaleVersion as stale:
            raw = {**given.raw, "version": stale.version}
            return self.page(kept.id, FormResult({}, raw=raw), stale=stale, status=stale.status)
        except Invalid as refused:
            return self.page(kept.id, FormResult({}, refused.fields, given.raw), status=refused.status)
        flash(gettext("已保存。"), "ok")
        return redirect(self._back(kept.id), 303)

    def page(
        self,
        thing: UUID | None,
        given: FormResult,
        *,
        stale: StaleVersion | None = None,
        status: int = 200,
        **more: Any,
    ) -> Answer:
        """The form with what was typed; `more` goes before what stands beside it."""
        context = self.pages.resource.context(db(), actor())
        shown = render_template(
            f"{self.pages.resource.name}/form.html",
            thing=thing,
            fields=self.pages.resource.into("form", change=thing is not None),
            values=given.raw,
            errors=given.errors,
            stale=stale,
            differences=self._differences(stale, context),
            back=self._back(thing),
            argument=self.pages.argument,
            key=str(uuid7()),
            **self.pages.words(context),
            **{**self.beside(thing), **more},
        )
        return (shown, status) if status != 200 else shown

    def _back(self, thing: UUID | None) -> str:
        """A thing whose page is its form leads back to the list."""
        return self.pages.thing_address(thing) if thing and self.pages.single != "edit" else self.pages.list_address()

    def _differences(self, stale: StaleVersion | None, context: C) -> list[tuple[Message, str, str]]:
        """What stands there now and what was typed, by label, in the reader's words."""
        fields = {one.name: one for one in self.pages.resource.into("form")}
        found = []
        for name, now, typed in stale.changes if stale else ():
            field, known = fields[name], words.choices(fields[name], context)
            found.append((field.label, words.text(field, now, known), words.text(field, typed, known)))
        return found


def form_routes(
    blueprint: Blueprint,
    forms: FormPages[C, R],
    *,
    write: Permission,
    sample: str,
    at: str = "",
    by_hand: Collection[str] = (),
) -> None:
    """Hang the forms of a list on its blueprint, which stands at the address `at`; `sample` is the kind of object in
    tests, and the pages `by_hand` are the feature's own."""
    one = f"{at}/<uuid:{forms.pages.argument}>/edit"
    for method, rule, view, endpoint, of in (
        ("GET", f"{at}/new", forms.new, "new", None),
        ("POST", f"{at}/new", forms.add, "add", None),
        ("GET", one, forms.edit, "edit", sample),
        ("POST", one, forms.change, "change", sample),
    ):
        if endpoint not in by_hand:
            hang(blueprint, method, rule, endpoint, view, write, of)
