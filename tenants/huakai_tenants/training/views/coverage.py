"""The page of who is covered, by person and by course."""

from flask import render_template

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.standards.pinned import pinned
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard
from huakai_tenants.staff import posts
from huakai_tenants.training import coverage, schemas
from huakai_tenants.training.views import blueprint
from huakai_tenants.training.views.words import STATES, words


@blueprint.get("")
@guard(Permission.TRAINING_READ)
def index() -> str:
    asked = inputs.query(schemas.Coverage())
    edition_id = pinned(db()).edition_id
    everybody = coverage.people(db(), edition_id, clock.today())
    shown = [one for one in everybody if all(getattr(one, name) == value for name, value in asked.items())]
    return render_template(
        "training/index.html",
        people=shown,
        everybody=everybody,
        narrowed=bool(asked),
        counts={state: sum(one.state == state for one in everybody) for state in STATES},
        taught=coverage.courses(db(), edition_id, everybody),
        posts=posts.plan(db()).posts,
        **words(),
    )
