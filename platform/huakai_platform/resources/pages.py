"""The pages of a list: one table of routes, made of its description and its store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Generic
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Form, Id, Int, Many
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.resources import exporting, lists, saved_views, schemas, words
from huakai_platform.resources.fields import C, Field, R, Resource
from huakai_platform.web import inputs
from huakai_platform.web.access import guard
from huakai_platform.web.context import actor, db
from huakai_platform.web.downloads import xlsx

Answer = BaseResponse | str | tuple[str, int]
Deed = Callable[[Sequence[UUID], Mapping[str, Any]], str]
"""What is done with the chosen rows, given what the form holds; gives what is said of it."""
AT_ONCE = 1_000
"""Rows that one deed takes at most."""


class Chosen(Form):
    """Rows of a list that were ticked; `every` is how many the list said that it shows, where all of them are meant."""

    ids = Many(Id(from_form=False), most=max(map(int, schemas.SIZES)))
    every = Int(1)


@dataclass(frozen=True)
class Pages(Generic[C, R]):
    """The pages of one list: a page of it, all of it on paper, all of it as a workbook."""

    resource: Resource[C, R]
    argument: str
    """What the address of a single thing calls it, as `item_id`; its page is its feature's own."""
    listed: str = "index"
    single: str = "show"
    """The endpoints of the list and of a single thing."""
    template: str = ""
    """The page of the list, where it is not `index.html` in the folder of the list's name."""

    def index(self, **more: Any) -> str:
        """What was asked for, a page of it; `more` is what the feature's own template says besides."""
        asked = inputs.query(schemas.query(self.resource)())
        context = self.resource.context(db(), actor())
        found = lists.list_page(db(), self.resource, actor(), schemas.question(asked), context)
        template = self.template or f"{self.resource.name}/index.html"
        views = saved_views.of(db(), actor(), self.resource.name)
        about = {**self.asked(asked), **self.words(context), "views": views, "listing": found}
        return render_template(template, **about, **more)

    def print(self) -> str:
        """All that the list shows, with an official head; on record."""
        asked, context, found = self._all()
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.printed", "site", here, rows=rows)
        head = exporting.head(db(), actor(), self.resource)
        about = {**self.asked(asked), **self.words(context), "columns": self._columns(asked, "print")}
        return render_template("resources/print.html", found=found, head=head, notice=exporting.cut(found), **about)

    def export(self) -> Response:
        """All that the list shows, as a workbook; on record."""
        asked, context, found = self._all()
        content = exporting.workbook(db(), actor(), self.resource, self._columns(asked, "export"), found, context)
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.exported", "site", here, rows=rows)
        return xlsx(content, f"huakai-{self.resource.name}.xlsx")

    def bulk(self, deed: Deed, schema: type[Chosen] = Chosen) -> BaseResponse:
        """Do something with the rows that were ticked, say what came of it, and show the list as it was."""
        shown = self.asked(inputs.query(schemas.query(self.resource)()))["shown"]
        given = inputs.form(schema())
        try:
            if given.errors:
                raise Invalid(
                    listed({message: None for said in given.errors.values() for message in said}), given.errors
                )
            flash(deed(self._chosen(given.values), given.values), "ok")
        except (Conflict, Invalid) as refused:
            flash(refused.message, "warn")
        return redirect(self.list_address(**shown), 303)

    def _chosen(self, given: Mapping[str, Any]) -> Sequence[UUID]:
        """What was ticked, or all that the address shows. Raises Invalid where that is nothing, and Conflict where it
        is not what the person saw or too much for once."""
        ids: Sequence[UUID] = given.get("ids", [])
        if (seen := given.get("every")) is not None:
            found = self._all()[2]
            if found.total != seen:
                about = {"seen": seen, "now": found.total}
                raise Conflict(_("符合条件的由 {seen} 条变为 {now} 条，请核对后再操作。", **about))
            if found.total > AT_ONCE:
                raise Conflict(_("一次最多处理 {most} 条，请缩小筛选范围。", most=AT_ONCE))
            ids = [row.id for row in found.rows]
        if not ids:
            raise Invalid(_("请先勾选。"))
        return ids

    def asked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The question as the pages of the list say it: `shown` is the address without its page, `query` as a text."""
        narrowed = [one.name for one in self.resource.filters if asked.get(one.name) not in (None, one.usual)]
        shown = {name: value for name, value in asked.items() if name != "page"}
        about = {"narrowed": narrowed, "columns": self._columns(asked, "list"), "query": urlencode(shown, doseq=True)}
        return {"asked": asked, "shown": shown, **about}

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
            "list_address": self.list_address,
            "thing_address": self.thing_address,
        }

    def list_address(self, **asked: Any) -> str:
        """Where the list is shown."""
        return url_for(f".{self.listed}", **asked)

    def thing_address(self, thing: UUID) -> str:
        """Where a single thing is shown."""
        place: dict[str, Any] = {self.argument: thing}
        return url_for(f".{self.single}", **place)

    @staticmethod
    def _said(field: Field[C], row: R, *, context: C, known: Mapping[str, Mapping[str, str]]) -> str:
        return words.text(field, words.value(field, row, context), known[field.name])

    def _all(self) -> tuple[Mapping[str, Any], C, lists.Extract[R]]:
        asked = inputs.query(schemas.query(self.resource)())
        context = self.resource.context(db(), actor())
        return asked, context, lists.all_rows(db(), self.resource, actor(), schemas.question(asked), context)


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
