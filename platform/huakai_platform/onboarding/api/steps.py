"""Steps of a site along its life cycle, and the opening of many at once."""

from typing import Any
from uuid import UUID

from flask import Response, url_for

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Date, Flag, Id, Many, RegionCode, Strict, Text
from huakai_platform.kernel.sites import SiteState
from huakai_platform.onboarding import lifecycle, opening, reach
from huakai_platform.onboarding.api import shapes
from huakai_platform.onboarding.api.blueprints import blueprint
from huakai_platform.onboarding.api.sites import moved
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard


class Move(Strict):
    to = Choice(SiteState, required=True)
    reason = Text(max_length=lifecycle.LONGEST_REASON, multiline=True)
    called_off = Flag()
    place_code = RegionCode()
    community = Text(max_length=60)
    address = Text(max_length=200)
    override = Text(max_length=500)
    operating_since = Date()
    confirm = Text(max_length=60)


class Openings(Strict):
    ids = Many(Id(), most=10_000, required=True)


@blueprint.get("/sites/<uuid:site_id>/transitions")
@guard(Permission.SITES_PREPARE, sample="site")
@blueprint.operation("List the steps a site may take", "站点现在可以走的步骤。", gives=api.Listed(shapes.Step))
def steps(site_id: UUID) -> Response:
    found = reach.site(db(), actor(), site_id)
    return api.listed(
        [
            {
                "to": step.target,
                "label": step.verb.render(),
                "needs_reason": step.needs_reason,
                "asks": list(step.asks),
                "effects": [effect.render() for effect in step.effects],
            }
            for step in lifecycle.allowed(found, actor())
        ]
    )


@blueprint.post("/sites/<uuid:site_id>/transitions")
@guard(Permission.SITES_PREPARE, sample="site")
@blueprint.operation(
    "Take a step",
    "让站点走一步。首次开通会开始一项批量操作，见 operation_id。",
    takes=Move,
    gives=shapes.Moved,
    versioned=True,
    example={"to": "planning"},
)
def take_step(site_id: UUID, given: Any) -> Response:
    site = reach.site(db(), actor(), site_id, lock=True)
    api.expect(site.version)
    values = dict(given)
    done = lifecycle.move(db(), actor(), site_id, SiteState(values.pop("to")), version=site.version, **values)
    return api.answer(moved(done.site, done.operation.id if done.operation else None), version=done.site.version)


@blueprint.post("/sites/openings")
@guard(Permission.SITES_DECIDE)
@blueprint.operation(
    "Open sites",
    "开通所列站点中可以开通的；进度见批量操作。",
    takes=Openings,
    gives=shapes.Begun,
    status=202,
    example={"ids": ["0190c3d2-7a4b-7c1e-9f00-1234567890ab"]},
)
def open_sites(given: Any) -> Response:
    begun = opening.start(db(), actor(), opening.candidates(db(), actor(), ids=given["ids"]))
    where = url_for("operations_api.operation", operation_id=begun.id)
    return api.answer({"operation_id": begun.id, "total": begun.total}, 202, location=where)
