"""The pages of a list: one table of routes, made of its description and its store."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, Generic
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.workbooks import Page
from huakai_platform.resources import exporting, lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource
from huakai_platform.web import inputs
from huakai_platform.web.access import guard
from huakai_platform.web.context import actor, db
from huakai_platform.web.downloads import xlsx

Answer = BaseResponse | str | tuple[str, int]


@dataclass(frozen=True)
class Asked(Generic[C]):
    """What one request asks of a list, read once: its checked address, and what words and questions depend on."""

    given: Mapping[str, Any]
    context: C

    @property
    def question(self) -> Question:
        return schemas.question(self.given)


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
    place: Mapping[str, Any] = field(default_factory=dict)
    """What stands in every address of this list, as the code of one of several."""

    def asked(self) -> Asked[C]:
        """The question of this request. Raises Invalid."""
        given = inputs.query(schemas.query(self.resource)())
        return Asked(given, self.resource.context(db(), actor()))

    def index(self, asked: Asked[C] | None = None, /, **more: Any) -> str:
        """What was asked for, a page of it; `more` is what the feature's own template says besides."""
        asked = asked or self.asked()
        found = lists.list_page(db(), self.resource, actor(), asked.question, asked.context)
        return self.show(asked, found, self.template or f"{self.resource.name}/index.html", **more)

    def show(self, asked: Asked[C], found: lists.ListPage[R], template: str, **more: Any) -> str:
        """A page of the list by a template of its feature."""
        about = {**self._said_of(asked.given), **self.words(asked.context), **more}
        return render_template(template, listing=found, **about)

    def print(self) -> str:
        """All that the list shows, with an official head; on record."""
        asked, found = self.extract()
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.printed", "site", here, rows=rows)
        return self.paper(asked, found)

    def export(self) -> Response:
        """All that the list shows, as a workbook; on record."""
        asked, found = self.extract()
        here, rows = tenancy.current(db()), len(found.rows)
        audit.record(db(), actor(), f"{self.resource.name}.exported", "site", here, rows=rows)
        return xlsx(self.workbook(asked, found), f"huakai-{self.resource.name}.xlsx")

    def extract(self) -> tuple[Asked[C], lists.Extract[R]]:
        """The question of this request, and all that the list shows."""
        asked = self.asked()
        return asked, lists.all_rows(db(), self.resource, actor(), asked.question, asked.context)

    def paper(self, asked: Asked[C], found: lists.Extract[R], **more: Any) -> str:
        """These rows to print."""
        head, columns = exporting.head(db(), actor(), self.resource), self._columns(asked.given, "print")
        about = {**self._said_of(asked.given), **self.words(asked.context), "columns": columns, **more}
        return render_template("resources/print.html", found=found, head=head, notice=exporting.cut(found), **about)

    def workbook(self, asked: Asked[C], found: lists.Extract[R], *beside: Page) -> bytes:
        """These rows as .xlsx, and the sheets that stand `beside`."""
        columns = self._columns(asked.given, "export")
        return exporting.workbook(db(), actor(), self.resource, columns, found, asked.context, beside)

    def _said_of(self, asked: Mapping[str, Any]) -> dict[str, Any]:
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
            "place": self.place,
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
        return url_for(f".{self.listed}", **self.place, **asked)

    def thing_address(self, thing: UUID) -> str:
        """Where a single thing is shown."""
        place: dict[str, Any] = {**self.place, self.argument: thing}
        return url_for(f".{self.single}", **place)

    @staticmethod
    def _said(field: Field[C], row: R, *, context: C, known: Mapping[str, Mapping[str, str]]) -> str:
        return words.text(field, words.value(field, row, context), known[field.name])


def list_routes(
    blueprint: Blueprint,
    pages: Pages[C, R],
    *,
    read: Permission,
    workbook: str,
    at: str = "",
    by_hand: Collection[str] = (),
) -> None:
    """Hang the pages of a list on its blueprint, all for who may read it: the list stands at the address `at`, the
    export at `workbook`; the pages `by_hand` are the feature's own."""
    for rule, view, endpoint in (
        (at, pages.index, pages.listed),
        (f"{at}/print", pages.print, "print_list"),
        (workbook, pages.export, "export"),
    ):
        if endpoint not in by_hand:
            hang(blueprint, "GET", rule, endpoint, view, read, None)


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
