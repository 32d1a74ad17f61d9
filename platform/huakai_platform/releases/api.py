"""Releases for programs: how far they are, site by site, and their steering."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Int
from huakai_platform.kernel.sites import Site
from huakai_platform.releases import listing, running, service, trials
from huakai_platform.releases.models import Reached, Release, State
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

blueprint = api.Resources("releases", __name__, "标准发布 Releases of the standard")


class ReleaseRow(api.Shape):
    id = fields.UUID()
    title = fields.String()
    edition_id = fields.UUID()
    edition_number = fields.Integer()
    state = fields.String(metadata={"enum": list(State)})
    stopped_why = fields.String(allow_none=True)
    act_by = fields.Date(allow_none=True)
    created_at = fields.DateTime()


class Standing(ReleaseRow):
    sites = fields.Dict(keys=fields.String(), values=fields.Integer())


class Trial(api.Shape):
    changes = fields.Dict(keys=fields.String(), values=fields.Integer())
    open_runs = fields.Integer()
    to_review = fields.Integer()
    failing = fields.Integer()
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    grade_before = fields.String(allow_none=True)
    grade_after = fields.String(allow_none=True)


class SiteRow(api.Shape):
    site_id = fields.UUID()
    code = fields.String()
    wave = fields.Integer()
    state = fields.String(metadata={"enum": list(Reached)})
    trial = fields.Nested(Trial, allow_none=True)
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    moved_at = fields.DateTime(allow_none=True)
    confirmed_at = fields.DateTime(allow_none=True)


class SitesAsked(api.Paged):
    wave = Int(1, 9)
    state = Choice(Reached)


@blueprint.get("/releases")
@guard(Permission.RELEASES_READ)
@blueprint.operation("List releases", "标准的各次发布，最新在前。", asks=api.Paged, gives=api.Listed(ReleaseRow))
def releases(asked: Any) -> Response:
    order = api.Order((Release.created_at, Release.id), falling=True)
    return api.page(listing.unordered_query(actor()), order, asked, lambda row: _release(row.Release, row.number))


@blueprint.get("/releases/<uuid:release_id>")
@guard(Permission.RELEASES_READ, sample="release")
@blueprint.operation("Read a release", "一次发布和各状态的站点数。", gives=Standing)
def release(release_id: UUID) -> Response:
    return _standing(release_id)


@blueprint.get("/releases/<uuid:release_id>/sites")
@guard(Permission.RELEASES_READ, sample="release")
@blueprint.operation(
    "List the sites of a release", "逐站点的演练和发布结果。", asks=SitesAsked, gives=api.Listed(SiteRow)
)
def sites(release_id: UUID, asked: Any) -> Response:
    service.get(db(), actor(), release_id)
    return api.page(listing.sites_of(actor(), release_id, asked), api.Order((Site.code, Site.id)), asked, _site)


@blueprint.post("/releases/<uuid:release_id>/trial")
@guard(Permission.RELEASES_MANAGE, sample="release")
@blueprint.operation("Try a release", "演练，不改动任何站点。", gives=Standing, refuses=(409,))
def attempt(release_id: UUID) -> Response:
    return _steered(release_id, lambda: trials.start(db(), actor(), release_id))


@blueprint.post("/releases/<uuid:release_id>/launch")
@guard(Permission.RELEASES_MANAGE, sample="release")
@blueprint.operation("Begin a release", "开始发布。", gives=Standing, refuses=(409,))
def launch(release_id: UUID) -> Response:
    return _steered(release_id, lambda: running.launch(db(), actor(), release_id))


@blueprint.post("/releases/<uuid:release_id>/pause")
@guard(Permission.RELEASES_MANAGE, sample="release")
@blueprint.operation("Pause a release", "暂停，没有更换的站点保持原版本。", gives=Standing, refuses=(409,))
def pause(release_id: UUID) -> Response:
    return _steered(release_id, lambda: running.pause(db(), actor(), release_id))


@blueprint.post("/releases/<uuid:release_id>/resumption")
@guard(Permission.RELEASES_MANAGE, sample="release")
@blueprint.operation("Go on with a release", "继续发布。", gives=Standing, refuses=(409,))
def resume(release_id: UUID) -> Response:
    return _steered(release_id, lambda: running.resume(db(), actor(), release_id))


def _steered(release_id: UUID, deed: Callable[[], object]) -> Response:
    deed()
    return _standing(release_id)


def _standing(release_id: UUID) -> Response:
    found = service.get(db(), actor(), release_id)
    number = listing.number_of(db(), found)
    counts = listing.count(db(), actor(), [release_id])[release_id]
    return api.answer({**_release(found, number), "sites": counts})


def _release(found: Release, number: int) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "edition_id": found.edition_id,
        "edition_number": number,
        "state": found.state,
        "stopped_why": found.stopped_why,
        "act_by": found.act_by,
        "created_at": found.created_at,
    }


def _site(row: Any) -> dict[str, Any]:
    names = ("wave", "state", "trial", "before", "after", "error", "moved_at", "confirmed_at")
    return {"site_id": row.id, "code": row.code} | {name: getattr(row, name) for name in names}
