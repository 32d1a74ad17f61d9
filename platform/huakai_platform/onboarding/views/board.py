"""The board: where all sites stand."""

from flask import render_template

from huakai_platform.kernel.access import Permission
from huakai_platform.onboarding import board as boards
from huakai_platform.onboarding.schemas import BoardQuery
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.onboarding.views.regions import below, breadcrumbs
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


@blueprint.get("/board")
@guard(Permission.SITES_READ)
def board() -> str:
    region = inputs.query(BoardQuery()).get("region")
    return render_template(
        "onboarding/board.html",
        board=boards.of(db(), actor(), region),
        region=region,
        crumbs=breadcrumbs("onboarding.board", region),
        regions=below(region),
    )
