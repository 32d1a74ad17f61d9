"""The pages of a list: one table of routes, made of its description and its store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, Generic
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Form, Id, Int, Many
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.workbooks import Page
from huakai_platform.resources import exporting, lists, saved_views, schemas, words
from huakai_platform.resources.fields import C, Field, Filter, L, Question, Resource
from huakai_platform.web import inputs
from huakai_platform.web.access import guard
from huakai_platform.web.context import actor, db
from huakai_platform.web.downloads import xlsx

Answer = BaseResponse | str | tuple[str, int]
Deed = Callable[[Sequence[UUID], Mapping[str, Any]], str]
"""What is done with the chosen rows, given what the form holds; gives what is said of it."""
AT_ONCE = 1_000
"""Rows that one deed takes at most."""
IN_A_REQUEST = 2_000
"""Rows of a workbook that a page of the console makes itself."""


class Chosen(Form):
    """Rows of a list that were ticked; `every` is how many the list said that it shows, where all of them are meant."""

    ids = Many(Id(from_form=False), most=max(map(int, schemas.SIZES)))
    every = Int(1)


@dataclass(frozen=True)
class Asked(Generic[C]):
    """What one request asks of a list, read once: its checked address, and what words and questions depend on."""

    given: Mapping[str, Any]
    context: C

    @property
    def question(self) -> Question:
        return schemas.question(self.given)


@dataclass(frozen=True)
class Pages(Generic[C, L]):
    """The pages of one list: a page of it, all of it on paper, all of it as a workbook."""

    resource: Resource[C, L]
    argument: str
    """What the address of a single thing calls it, as `item_id`; its page is its feature's own."""
    listed: str = "index"
    single: str = "show"
    printed: str = "print_list"
    exported: str = "export"
    """The endpoints of the list, of a single thing, of the list on paper and as a workbook."""
    template: str = ""
    """The page of the list, where it is not `index.html` in the folder of the list's name."""
    on_paper: int | None = None
    """Rows of a print, where a workbook holds more."""
    plain: bool = False
    """Whether the workbook has no head, so that it can be taken in again."""

    place: Mapping[str, Any] = field(default_factory=dict)
    """What stands in every address of this list, as the code of one of several."""

    def given(self) -> Mapping[str, Any]:
        """The checked address of this request. Raises Invalid."""
        return inputs.query(schemas.query(self.resource)())

    def asked(self) -> Asked[C]:
        """The question of this request. Raises Invalid."""
        return Asked(self.given(), self.resource.context(db(), actor()))

    def index(self, asked: Asked[C] | None = None, /, **more: Any) -> str:
        """What was asked for, a page of it; `more` is what the feature's own template says besides."""
        asked = asked or self.asked()
        found = lists.list_page(db(), self.resource, actor(), asked.question, asked.context)
        return self.show(asked.given, found, **more)

    def show(self, given: Mapping[str, Any], found: lists.ListPage[L], template: str = "", **more: Any) -> str:
        """A page of the list that was read already, by the list's template or another of its feature."""
        template = template or self.template or f"{self.resource.name}/index.html"
        about = {**self.question(given, found.context), **self.words(found.context)}
        about["views"] = saved_views.of(db(), actor(), self.kept_as)
        said = {one.name: [about["said"](one, row) for row in found.rows] for one in about["columns"] if one.is_text}
        about["shared"] = {name: once for name, texts in said.items() if (once := words.shared(texts))}
        return render_template(template, listing=found, **{**about, **more})

    def print(self) -> str:
        """All that the list shows, with an official head; on record."""
        given, found = self.extract(self.on_paper)
        exporting.record(db(), actor(), self.resource, len(found.rows), printed=True)
        return self.paper(given, found)

    def export(self) -> BaseResponse:
        """All that the list shows, as a workbook; on record. A long one of the console is made by another process."""
        console = actor().site_id is None
        given, found = self.extract(IN_A_REQUEST if console else None)
        if console and found.left_out != 0:
            query = urlencode(self.shown(given), doseq=True)
            return redirect(url_for("exports.new", list=self.resource.name, query=query), 303)
        exporting.record(db(), actor(), self.resource, len(found.rows), printed=False)
        return xlsx(self.workbook(given, found), f"huakai-{self.resource.name}.xlsx")

    def extract(self, most: int | None = None) -> tuple[Mapping[str, Any], lists.Extract[L]]:
        """The address of this request, and all that the list shows."""
        asked = self.asked()
        return asked.given, lists.all_rows(db(), self.resource, actor(), asked.question, asked.context, most=most)

    def paper(self, given: Mapping[str, Any], found: lists.Extract[L], **more: Any) -> str:
        """These rows to print."""
        head, shown = exporting.head(db(), actor(), self.resource), exporting.columns(self.resource, given, "print")
        about = {**self.question(given, found.context), **self.words(found.context), "columns": shown, **more}
        return render_template("resources/print.html", found=found, head=head, notice=exporting.cut(found), **about)

    def workbook(self, given: Mapping[str, Any], found: lists.Extract[L], *beside: Page) -> bytes:
        """These rows as .xlsx, and the sheets that stand `beside`."""
        shown, context = exporting.columns(self.resource, given, "export"), found.context
        return exporting.workbook(db(), actor(), self.resource, shown, found, context, *beside, plain=self.plain)

    def bulk(self, deed: Deed, schema: type[Chosen] = Chosen) -> BaseResponse:
        """Do something with the rows that were ticked, say what came of it, and show the list as it was."""
        shown = self.shown(self.given())
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
            found = self.extract()[1]
            if found.total != seen:
                about = {"seen": seen, "now": found.total}
                raise Conflict(_("符合条件的由 {seen} 条变为 {now} 条，请核对后再操作。", **about))
            if seen > AT_ONCE:
                raise Conflict(_("一次最多处理 {most} 条，请缩小筛选范围。", most=AT_ONCE))
            ids = [row.id for row in found.rows if isinstance(row.id, UUID)]
        if not ids:
            raise Invalid(_("请先勾选。"))
        return ids

    def question(self, asked: Mapping[str, Any], context: C) -> dict[str, Any]:
        """The question as the pages of the list say it: `shown` is the address without its page, `query` as a text."""
        narrowed, shown = self.narrowed(asked), self.shown(asked)
        return {
            "asked": asked,
            "narrowed": [one.name for one in narrowed],
            "chips": [self._chip(one, context) for one in narrowed],
            "shown": shown,
            "query": urlencode(shown, doseq=True),
            "columns": exporting.columns(self.resource, asked, "list"),
        }

    def narrowed(self, asked: Mapping[str, Any]) -> list[Filter[C]]:
        """The filters in force."""
        return [one for one in self.resource.filters if asked.get(one.name) not in (None, one.usual)]

    @staticmethod
    def shown(asked: Mapping[str, Any]) -> dict[str, Any]:
        """The address of the list without its page."""
        return {name: value for name, value in asked.items() if name not in inputs.PAGING}

    @staticmethod
    def _chip(one: Filter[C], context: C) -> tuple[str, str, str]:
        """What a filter in force says, its name, and its value as the address has it."""
        value = request.args[one.name]
        word = words.choices(one, context).get(value, value)
        return _("{what}：{value}", what=one.label, value=word).render(), one.name, value

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
            "print_address": self.print_address,
            "export_address": self.export_address,
            "views_address": self.views_address,
            "thing_address": self.thing_address,
        }

    def list_address(self, **asked: Any) -> str:
        """Where the list is shown."""
        return url_for(f".{self.listed}", **self.place, **asked)

    def print_address(self, **asked: Any) -> str:
        """Where the list is on paper."""
        return url_for(f".{self.printed}", **self.place, **asked)

    def export_address(self, **asked: Any) -> str:
        """Where the list is a workbook."""
        return url_for(f".{self.exported}", **self.place, **asked)

    @property
    def kept_as(self) -> str:
        """Under what its saved views are kept."""
        return "/".join([self.resource.name, *map(str, self.place.values())])

    def views_address(self, deed: str = "", /, **asked: Any) -> str:
        """Where its saved views are, and where one is saved or removed."""
        return url_for(f".{self.views(deed)}", **self.place, **asked)

    def views(self, deed: str = "") -> str:
        """The endpoint of its saved views: of their page, or of a deed, `save` or `remove`."""
        return f"{deed}_{self.listed}_view" if deed else f"{self.listed}_views"

    def thing_address(self, thing: UUID) -> str:
        """Where a single thing is shown."""
        place: dict[str, Any] = {**self.place, self.argument: thing}
        return url_for(f".{self.single}", **place)

    @staticmethod
    def _said(field: Field[C], row: L, *, context: C, known: Mapping[str, Mapping[str, str]]) -> str:
        return words.text(field, words.value(field, row, context), known[field.name])


def hang(
    blueprint: Blueprint,
    method: str,
    rule: str,
    endpoint: str,
    view: Callable[..., Any],
    permission: Permission,
    sample: str | None,
    *,
    confirmed: bool = False,
) -> None:
    """One route under one permission."""
    guarded = guard(permission, confirmed=confirmed, sample=sample)(function(view))
    blueprint.add_url_rule(rule, endpoint, guarded, methods=[method])


def function(view: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a function of its own, which can carry what its route declares."""

    @wraps(view)
    def run(**where: Any) -> Any:
        return view(**where)

    return run
