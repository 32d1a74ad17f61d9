"""The library: every edition with its definitions, word for word."""

from typing import Any
from uuid import UUID

from flask import Response, render_template
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Form, Id
from huakai_platform.standards import asked, files, integrity, references, service, words
from huakai_platform.standards.models import Edition
from huakai_platform.standards.service import Bodies
from huakai_platform.standards.views.blueprints import blueprint
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


class EditionQuery(Form):
    edition = Id()


@blueprint.get("/")
@guard(Permission.STANDARD_READ)
def index() -> str:
    asked = inputs.query(EditionQuery())
    editions = db().scalars(select(Edition).order_by(Edition.number.desc())).all()
    wanted = asked.get("edition")
    shown = service.edition(db(), wanted) if wanted else editions[0] if editions else None
    return render_template(
        "standards/index.html",
        editions=editions,
        shown=shown,
        kinds=words.KINDS,
        definitions=sorted(service.bodies(db(), shown.id).items()) if shown else [],
        genuine=integrity.genuine(db(), shown) if shown else False,
    )


@blueprint.get("/<uuid:edition_id>/<kind>/<code>")
@guard(Permission.STANDARD_READ, sample="definition")
def definition(edition_id: UUID, kind: str, code: str) -> str:
    body, bodies = service.body(db(), edition_id, kind, code), service.bodies(db(), edition_id)
    return render_template(
        "standards/definition.html",
        body=body,
        edition_id=edition_id,
        form=asked.form(body),
        sources=sorted({source for _path, source in references.cited(body)}),
        library=("register", "policies") in bodies and actor().can(Permission.INSTITUTION_REGISTERS_READ),
        **reading(bodies),
    )


@blueprint.get("/<uuid:edition_id>/export")
@guard(Permission.STANDARD_READ, sample="definition")
def export(edition_id: UUID) -> Response:
    """The whole edition as one file with its hash; `huakai editions export` writes it signed."""
    number = service.edition(db(), edition_id).number
    response = Response(files.write(db(), edition_id), mimetype="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"standard-{number}.json")
    return response


def reading(bodies: Bodies) -> dict[str, Any]:
    """What the templates need to say a definition in the reader's words."""
    return {
        "keys": words.KEYS,
        "ordered": words.ordered,
        "values": words.VALUES,
        "kinds": words.KINDS,
        "titles": words.titles(bodies),
    }
