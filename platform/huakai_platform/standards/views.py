"""The standard in the console: what every site works by."""

from uuid import UUID

from flask import Blueprint, render_template
from sqlalchemy import select

from huakai_platform import forms
from huakai_platform.kernel.access import CONSOLE, Permission
from huakai_platform.standards import service, words
from huakai_platform.standards.models import Edition
from huakai_platform.web.context import db, guard

blueprint = Blueprint("standards", __name__, url_prefix="/console/standard")


@blueprint.get("/")
@guard(Permission.STANDARD_READ, to=CONSOLE)
def index() -> str:
    editions = db().scalars(select(Edition).order_by(Edition.number.desc())).all()
    shown = editions[0] if editions else None
    return render_template(
        "standards/index.html",
        editions=editions,
        shown=shown,
        kinds=words.KINDS,
        definitions=sorted(service.bodies(db(), shown.id).items()) if shown else [],
        genuine=bool(shown) and service.recomputed_digest(db(), shown.id) == shown.digest if shown else False,
    )


@blueprint.get("/<uuid:edition_id>/<kind>/<code>")
@guard(Permission.STANDARD_READ, to=CONSOLE, sample="definition")
def definition(edition_id: UUID, kind: str, code: str) -> str:
    body = service.body(db(), edition_id, kind, code)
    return render_template(
        "standards/definition.html",
        body=body,
        keys=words.KEYS,
        ordered=words.ordered,
        values=words.VALUES,
        titles=words.titles(service.bodies(db(), edition_id)),
        form=forms.definition(body) if kind == "checklist" else None,
    )
