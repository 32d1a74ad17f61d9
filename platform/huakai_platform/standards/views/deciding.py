"""What is decided about a draft: review, publication by a second person, giving up; and definitions retired in it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Form, Int, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import drafts
from huakai_platform.standards.definitions import MANY
from huakai_platform.standards.views.blueprints import blueprint
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.pages import say


class Nothing(Form):
    """A deed without more to say."""


class Reason(Form):
    reason = Text(min_length=2, max_length=500, multiline=True, required=True)


class Version(Form):
    seen = Int(0, required=True)


@blueprint.post("/drafts/<uuid:draft_id>/submission")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
def submit(draft_id: UUID) -> Response:
    """Ask a second person for the review."""
    _said(draft_id, Nothing())
    return _done(draft_id, lambda: drafts.submit(db(), actor(), draft_id), gettext("已送审，请另一位管理员审核发布。"))


@blueprint.post("/drafts/<uuid:draft_id>/return")
@guard(Permission.STANDARD_PUBLISH, sample="draft_in_review")
def send_back(draft_id: UUID) -> Response:
    reason = _said(draft_id, Reason())["reason"]
    return _done(draft_id, lambda: drafts.send_back(db(), actor(), draft_id, reason), gettext("已退回编写。"))


@blueprint.post("/drafts/<uuid:draft_id>/abandonment")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
def drop(draft_id: UUID) -> Response:
    reason = _said(draft_id, Reason())["reason"]
    return _done(draft_id, lambda: drafts.drop(db(), actor(), draft_id, reason), gettext("已放弃这份草稿。"))


@blueprint.post("/drafts/<uuid:draft_id>/catching-up")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
def catch_up(draft_id: UUID) -> Response:
    """Move a draft onto the newest edition."""
    _said(draft_id, Nothing())
    return _done(draft_id, lambda: drafts.catch_up(db(), actor(), draft_id), gettext("已更新到最新版本。"))


@blueprint.post("/drafts/<uuid:draft_id>/publication")
@guard(Permission.STANDARD_PUBLISH, sample="draft_in_review")
def publish(draft_id: UUID) -> Response:
    """Make a draft the newest edition; sites stay on theirs until it is released to them."""
    _said(draft_id, Nothing())
    return _done(draft_id, lambda: drafts.publish(db(), actor(), draft_id), gettext("已发布为最新版本。"))


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/retirement")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
def retire(draft_id: UUID, kind: str, code: str) -> Response:
    """Leave a checklist out of the next edition."""
    drafts.load(db(), draft_id).body(kind, code)
    seen = _said(draft_id, Version())["seen"]
    if kind not in MANY:
        raise Invalid(_("这一项每个版本都要有，不能停用。"))
    return _done(draft_id, lambda: drafts.write(db(), actor(), draft_id, (kind, code), None, seen), gettext("已停用。"))


@blueprint.post("/drafts/<uuid:draft_id>/<kind>/<code>/restoration")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
def revert(draft_id: UUID, kind: str, code: str) -> Response:
    """Take a definition back to what the base has."""
    _said(draft_id, Nothing())
    return _done(draft_id, lambda: drafts.revert(db(), actor(), draft_id, (kind, code)), gettext("已恢复为原版内容。"))


def _said(draft_id: UUID, schema: Form) -> Mapping[str, Any]:
    """What the form says about a draft that there is. Raises NotFound or Invalid."""
    drafts.load(db(), draft_id)
    given = inputs.form(schema)
    if not given.ok:
        raise Invalid(_("填写的内容有误。"), dict(given.errors))
    return given.values


def _done(draft_id: UUID, deed: Callable[[], object], told: str) -> Response:
    """Do it and say so; what is refused is said on the draft's page, where the next step is."""
    try:
        deed()
        flash(told, "ok")
    except Invalid as refused:
        flash(say(refused.message), "bad")
    return redirect(url_for(".draft", draft_id=draft_id), 303)
