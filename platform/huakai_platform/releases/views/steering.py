"""The deeds of a release: try, begin, pause, go on, end, take back, and who is in which wave."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Choice, Form, Id, Int, Many
from huakai_platform.kernel.i18n import _
from huakai_platform.releases import running, service, trials
from huakai_platform.releases.views.blueprints import blueprint
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.pages import say

MOST = 500


class Nothing(Form):
    """A deed without more to say."""


class Sites(Form):
    ids = Many(Id(), most=MOST, load_default=list)
    deed = Choice(["move", "leave_out", "take_back"], required=True)
    wave = Int(1, 9)


class OfWave(Form):
    wave = Int(1, 9, required=True)


@blueprint.post("/<uuid:release_id>/trial")
@guard(Permission.RELEASES_MANAGE, sample="release")
def attempt(release_id: UUID) -> Response:
    return _done(release_id, lambda: trials.start(db(), actor(), release_id), gettext("已开始演练。"))


@blueprint.post("/<uuid:release_id>/launch")
@guard(Permission.RELEASES_MANAGE, sample="release")
def launch(release_id: UUID) -> Response:
    return _done(release_id, lambda: running.launch(db(), actor(), release_id), gettext("已开始发布。"))


@blueprint.post("/<uuid:release_id>/pause")
@guard(Permission.RELEASES_MANAGE, sample="release")
def pause(release_id: UUID) -> Response:
    told = gettext("已暂停，没有更换的站点保持原版本。")
    return _done(release_id, lambda: running.pause(db(), actor(), release_id), told)


@blueprint.post("/<uuid:release_id>/resumption")
@guard(Permission.RELEASES_MANAGE, sample="release")
def resume(release_id: UUID) -> Response:
    return _done(release_id, lambda: running.resume(db(), actor(), release_id), gettext("已继续发布。"))


@blueprint.post("/<uuid:release_id>/end")
@guard(Permission.RELEASES_MANAGE, sample="release")
def end(release_id: UUID) -> Response:
    return _done(release_id, lambda: running.end(db(), actor(), release_id), gettext("已结束这次发布。"))


@blueprint.post("/<uuid:release_id>/return")
@guard(Permission.RELEASES_MANAGE, sample="release")
def take_back(release_id: UUID) -> Response:
    """Bring a whole wave back to where it came from."""
    service.get(db(), actor(), release_id)
    wave = _given(OfWave())["wave"]
    deed = _returning(release_id, wave=wave, sites=[])
    return _done(release_id, deed, gettext("已开始撤回。"))


@blueprint.post("/<uuid:release_id>/sites")
@guard(Permission.RELEASES_MANAGE, sample="release")
def sites(release_id: UUID) -> Response:
    """Move ticked sites to another wave, leave them out, or take them back."""
    service.get(db(), actor(), release_id)
    given = _given(Sites())
    if not (ids := given["ids"]):
        flash(gettext("请先勾选站点。"), "warn")
        return redirect(url_for(".show", release_id=release_id), 303)
    if given["deed"] == "take_back":
        return _done(release_id, _returning(release_id, wave=None, sites=ids), gettext("已开始撤回。"))
    if given["deed"] == "leave_out":
        deed: Callable[[], object] = lambda: service.leave_out(db(), actor(), release_id, ids)  # noqa: E731
        return _done(release_id, deed, gettext("已从这次发布中去掉。"))
    wave = given.get("wave") or 0
    return _done(release_id, lambda: service.move(db(), actor(), release_id, ids, wave), gettext("已换批次。"))


def _returning(release_id: UUID, *, wave: int | None, sites: list[UUID]) -> Callable[[], object]:
    return lambda: running.take_back(db(), actor(), release_id, wave=wave, sites=sites)


def _given(schema: Form) -> Any:
    given = inputs.form(schema)
    if not given.ok:
        raise Invalid(_("填写的内容有误。"), dict(given.errors))
    return given.values


def _done(release_id: UUID, deed: Callable[[], object], told: str) -> Response:
    """Do it and say so; what is refused is said on the release's page."""
    service.get(db(), actor(), release_id)
    try:
        with db().begin_nested():
            deed()
        flash(told, "ok")
    except (Conflict, Invalid) as refused:
        flash(say(refused.message), "bad")
    return redirect(url_for(".show", release_id=release_id), 303)
