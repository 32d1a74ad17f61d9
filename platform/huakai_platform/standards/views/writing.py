"""Drafts of the next edition: the list, one draft with what keeps it from publication, one definition of it."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid
from huakai_platform.kernel.fields import Choice, Code, Form, Int, Page, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import drafts, files, service, words
from huakai_platform.standards.definitions import MANY, SHAPES
from huakai_platform.standards.difference import difference
from huakai_platform.standards.drafts import Draft, State
from huakai_platform.standards.editing import blank, places
from huakai_platform.standards.editing.controls import Control, controls, value_of
from huakai_platform.standards.editing.reading import Reader
from huakai_platform.standards.models import Edition
from huakai_platform.standards.views.blueprints import blueprint
from huakai_platform.standards.views.comparing import SORTS
from huakai_platform.standards.views.library import reading
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.errors import flatten
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say

PER_PAGE = 20
ALWAYS_SENT = frozenset({"csrf_token", "seen"})
STATES = {
    State.WRITING: (_("编写中"), "info"),
    State.IN_REVIEW: (_("审核中"), "warn"),
    State.PUBLISHED: (_("已发布"), "ok"),
    State.DROPPED: (_("已放弃"), "mute"),
}
Answer = str | Response | tuple[str, int]


class ListQuery(Form):
    page = Page()


class TitleForm(Form):
    zh = Text(max_length=60, required=True)
    en = Text(max_length=120, required=True)


class Nothing(Form):
    """A deed without more to say than its file."""


class Seen(Form):
    seen = Int(0, required=True)


class NewDefinition(Form):
    kind = Choice(sorted(blank.OF), required=True)
    code = Code(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", required=True)
    zh = Text(max_length=60, required=True)
    en = Text(max_length=120, required=True)


@blueprint.get("/drafts")
@guard(Permission.STANDARD_READ)
def draft_list() -> str:
    return _list_page()


@blueprint.post("/drafts")
@guard(Permission.STANDARD_WRITE)
def begin() -> Answer:
    """Start a draft from the newest edition."""
    given = inputs.form(TitleForm())
    if not given.ok:
        return _list_page(given), 422
    draft_id = drafts.begin(db(), actor(), given.values)
    flash(gettext("草稿已建立，以最新版本为基础。"), "ok")
    return redirect(url_for(".draft", draft_id=draft_id), 303)


@blueprint.post("/drafts/import")
@guard(Permission.STANDARD_WRITE)
def take_in() -> Answer:
    """Make a draft from the file of an edition."""
    given, file = inputs.form(Nothing()), request.files.get("file")
    try:
        if not given.ok or file is None or not file.filename:
            raise FileRefused(_("请选择标准文件。"))
        draft_id = files.take_in(db(), actor(), files.read(file.read(files.LARGEST + 1)))
    except Invalid as refused:
        return _list_page(given.with_error("file", say(refused.message))), 422
    flash(gettext("已从文件建立草稿，请核对改动后送审。"), "ok")
    return redirect(url_for(".draft", draft_id=draft_id), 303)


@blueprint.get("/drafts/<uuid:draft_id>")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
def draft(draft_id: UUID) -> str:
    return draft_page(drafts.load(db(), draft_id))


@blueprint.get("/drafts/<uuid:draft_id>/<kind>/<code>")
@guard(Permission.STANDARD_READ, sample="definition_of_draft")
def draft_definition(draft_id: UUID, kind: str, code: str) -> str:
    return definition_page(drafts.load(db(), draft_id), kind, code)


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
def write_head(draft_id: UUID, kind: str, code: str) -> Answer:
    """Save what a definition says outside its lists."""
    found = drafts.load(db(), draft_id)
    body, asked = found.body(kind, code), head(found, kind)
    reader = Reader(request.form)
    said = reader.entry(asked, body)
    reader.refuse_others(ALWAYS_SENT)
    errors = {key: value for key, value in flatten(SHAPES[kind]().validate(said)).items() if _asked(asked, key)}
    if errors:
        return definition_page(found, kind, code, said, errors), 422
    try:
        with db().begin_nested():
            drafts.write(db(), actor(), draft_id, (kind, code), said, seen())
    except Conflict as stale:
        return definition_page(drafts.load(db(), draft_id), kind, code, said, {"seen": [stale.message]}), 409
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".draft_definition", draft_id=draft_id, kind=kind, code=code), 303)


@blueprint.post("/drafts/<uuid:draft_id>/definitions")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
def add_definition(draft_id: UUID) -> Answer:
    """Add a definition of a kind of which an edition may have many, as empty as it can be."""
    found, given = drafts.load(db(), draft_id), inputs.form(NewDefinition())
    if given.ok and (given.values["kind"], given.values["code"]) in found.bodies:
        given = given.with_error("code", _("这个代码已经有了"))
    if not given.ok:
        return draft_page(found, given), 422
    kind, code = given.values["kind"], given.values["code"]
    title = {"zh": given.values["zh"], "en": given.values["en"]}
    body = {**blank.OF[kind], "kind": kind, "code": code, "title": title}
    drafts.write(db(), actor(), draft_id, (kind, code), body, found.version(kind, code))
    return redirect(url_for(".draft_definition", draft_id=draft_id, kind=kind, code=code), 303)


def seen() -> int:
    """The version that the form was made from. Raises Invalid."""
    given = inputs.only(Seen(), request.form)
    return int(given["seen"])


def head(found: Draft, kind: str) -> list[Control]:
    """What a definition says outside its lists."""
    return controls(SHAPES[kind], (kind, ""), found.bodies, fixed=True)


def draft_page(found: Draft, given: FormResult | None = None) -> str:
    changes = list(difference(found.base, found.bodies))
    return render_template(
        "standards/draft.html",
        draft=found,
        base=service.edition(db(), found.row.base_id),
        outdated=found.row.base_id != service.newest(db()) and found.row.state in (State.WRITING, State.IN_REVIEW),
        faults=found.faults(),
        changes=changes,
        counts={sort: sum(one.sort == sort for one in changes) for sort in SORTS},
        sorts=SORTS,
        states=STATES,
        kinds=words.KINDS,
        blanks=sorted(blank.OF),
        may_publish=drafts.may_publish(found, actor()),
        given=given,
        crumbs=[*_above(), (say(found.row.title), None)],
    )


def definition_page(
    found: Draft, kind: str, code: str, said: dict[str, Any] | None = None, errors: dict[str, list[str]] | None = None
) -> str:
    body = found.body(kind, code)
    name = f"{kind}/{code}"
    return render_template(
        "standards/draft_definition.html",
        draft=found,
        body=body,
        kind=kind,
        code=code,
        controls=head(found, kind),
        entry=said or body,
        errors=errors or {},
        value_of=value_of,
        name_of=places.name_of,
        lists=list(places.lists(SHAPES[kind])),
        inner={name: list(places.lists(shape)) for name, shape in places.lists(SHAPES[kind]).items()},
        faults=[one for one in found.faults() if one.name == name],
        seen=found.version(kind, code),
        retirable=kind in MANY,
        crumbs=[
            *_above(),
            (say(found.row.title), url_for(".draft", draft_id=found.row.id)),
            (say(body["title"]), None),
        ],
        **reading(found.bodies),
    )


def _list_page(given: FormResult | None = None) -> str:
    page = inputs.query(ListQuery())["page"] if request.method == "GET" else 1
    rows = drafts.recent(db(), PER_PAGE + 1, (page - 1) * PER_PAGE)
    numbers = {row.id: row.number for row in db().execute(select(Edition.id, Edition.number))}
    return render_template(
        "standards/drafts.html",
        rows=rows[:PER_PAGE],
        page=page,
        more=len(rows) > PER_PAGE,
        numbers=numbers,
        states=STATES,
        given=given,
        crumbs=[(_("标准"), url_for(".index")), (_("草稿"), None)],
    )


def _above() -> list[tuple[Any, str | None]]:
    return [(_("标准"), url_for(".index")), (_("草稿"), url_for(".draft_list"))]


def _asked(asked: list[Control], path: str) -> bool:
    """Whether a fault belongs to what this form asks, and not to one of the lists."""
    return path.split(".")[0] in {one.key for one in asked}
