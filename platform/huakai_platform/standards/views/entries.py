"""One entry of a definition in a draft: its form with a live preview, its place in the list, its removal."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.forms.shapes import ItemShape
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import asked, drafts
from huakai_platform.standards.definitions.asking import ScaleItem
from huakai_platform.standards.drafts import Draft
from huakai_platform.standards.editing import places
from huakai_platform.standards.editing.controls import Control, controls, value_of
from huakai_platform.standards.editing.places import Place, place
from huakai_platform.standards.editing.reading import Reader
from huakai_platform.standards.views.blueprints import blueprint
from huakai_platform.standards.views.library import reading
from huakai_platform.standards.views.writing import ALWAYS_SENT, Answer, seen
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.errors import flatten
from huakai_platform.web.pages import say

Errors = dict[str, list[str]]
Entry = dict[str, Any]


@blueprint.get("/drafts/<uuid:draft_id>/<kind>/<code>/entries/<path:at>")
@guard(Permission.STANDARD_WRITE, sample="entry_of_draft")
def entry(draft_id: UUID, kind: str, code: str, at: str) -> str:
    """The form of an entry, or at the end of a list an empty one."""
    found, where = drafts.load(db(), draft_id), place(kind, at)
    return _page(found, code, where, places.entry(found.body(kind, code), where), {})


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/entries/<path:at>")
@guard(Permission.STANDARD_WRITE, sample="entry_of_draft")
def write_entry(draft_id: UUID, kind: str, code: str, at: str) -> Answer:
    found, where = drafts.load(db(), draft_id), place(kind, at)
    said, errors = _read(found, code, where)
    if errors:
        return _page(found, code, where, said, errors), 422
    try:
        with db().begin_nested():
            body = places.put(found.body(kind, code), where, said)
            drafts.write(db(), actor(), draft_id, (kind, code), body, seen())
    except Conflict as stale:
        return _page(drafts.load(db(), draft_id), code, where, said, {"seen": [stale.message]}), 409
    flash(gettext("已保存。"), "ok")
    return redirect(_back(draft_id, code, where), 303)


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/previews/<path:at>")
@guard(Permission.STANDARD_WRITE, sample="entry_of_draft")
def preview(draft_id: UUID, kind: str, code: str, at: str) -> str:
    """What an entry would look like, or what is wrong with it; nothing is kept."""
    found, where = drafts.load(db(), draft_id), place(kind, at)
    said, errors = _read(found, code, where)
    return render_template("standards/_preview.html", **_shown(found, code, where, said, errors))


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/removals/<path:at>")
@guard(Permission.STANDARD_WRITE, sample="entry_of_draft")
def remove_entry(draft_id: UUID, kind: str, code: str, at: str) -> Response:
    """Retire an entry: old answers and old scores keep it, new editions have it no more."""
    found, where = drafts.load(db(), draft_id), place(kind, at)
    body = places.take(found.body(kind, code), where)
    drafts.write(db(), actor(), draft_id, (kind, code), body, seen())
    flash(gettext("已从草稿中移除；已发布的版本不受影响。"), "ok")
    return redirect(_back(draft_id, code, where), 303)


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/shifts/<path:at>")
@guard(Permission.STANDARD_WRITE, sample="entry_of_draft")
def shift_entry(draft_id: UUID, kind: str, code: str, at: str) -> Response:
    """Move an entry one place up in its list."""
    found, where = drafts.load(db(), draft_id), place(kind, at)
    body = places.shift(found.body(kind, code), where)
    drafts.write(db(), actor(), draft_id, (kind, code), body, seen())
    return redirect(_back(draft_id, code, where), 303)


def _asked(found: Draft, where: Place) -> list[Control]:
    return controls(where.shape, (where.kind, where.list), found.bodies, fixed=not where.new)


def _read(found: Draft, code: str, where: Place) -> tuple[Entry, Errors]:
    """The entry as it was typed, and what is wrong with it by itself."""
    body, reader = found.body(where.kind, code), Reader(request.form)
    said = reader.entry(_asked(found, where), places.entry(body, where))
    reader.refuse_others(ALWAYS_SENT)
    checked = {**said, "items": [{}]} if where.list == "sections" and "items" not in said else said
    errors = {key: value for key, value in flatten(where.shape().validate(checked)).items() if key[:5] != "items"}
    if not errors and places.taken(body, where, said):
        errors = {"code": [_("这个代码已经有了").render()]}
    if where.new and where.list == "sections":
        said.setdefault("items", [])
    return said, errors


def _page(found: Draft, code: str, where: Place, said: Entry, errors: Errors) -> str:
    body = found.body(where.kind, code)
    title = said.get("title") or said.get("text") or where.name
    return render_template(
        "standards/entry.html",
        draft=found,
        kind=where.kind,
        code=code,
        at=where,
        body=body,
        controls=_asked(found, where),
        value_of=value_of,
        seen=found.version(where.kind, code),
        heading=say(title) if title else say(_("新增")),
        crumbs=[
            (_("标准"), url_for(".index")),
            (say(found.row.title), url_for(".draft", draft_id=found.row.id)),
            (say(body["title"]), _back(found.row.id, code, where)),
            (say(title) if title else _("新增"), None),
        ],
        **_shown(found, code, where, said, errors),
    )


def _shown(found: Draft, code: str, where: Place, said: Entry, errors: Errors) -> dict[str, Any]:
    """What the preview needs; an item is shown as the question that it will be."""
    sound = bool(said) and not errors and not where.shape().validate(said)
    item = _question(found, code, where, said) if sound else None
    return {"entry": said, "errors": errors, "item": item, "list": where.list, **reading(found.bodies)}


def _question(found: Draft, code: str, where: Place, said: Entry) -> Any:
    """The typed item that an entry is; None where it is none."""
    if where.shape is ScaleItem:
        said = asked.question(said, found.body(where.kind, code)["options"])
    return ItemShape().load(said) if where.shape in (ItemShape, ScaleItem) else None


def _back(draft_id: UUID, code: str, where: Place) -> str:
    anchor = where.steps[0] if len(where.steps) < 3 else f"{where.steps[0]}-{where.steps[1]}"
    return url_for(".draft_definition", draft_id=draft_id, kind=where.kind, code=code, _anchor=anchor)
