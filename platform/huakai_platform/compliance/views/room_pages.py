"""The room's own score with its evidence, what was sealed of it, and who came to look."""

from uuid import UUID

from flask import Response, render_template, url_for
from flask_babel import gettext

from huakai_platform.compliance import assessing, sealing, words
from huakai_platform.compliance import visits as visiting
from huakai_platform.compliance.assessing import Assessed
from huakai_platform.compliance.views.asked import (
    DayQuery,
    EvidenceQuery,
    PageQuery,
    day_of,
    evidence_context,
    score_context,
)
from huakai_platform.compliance.views.blueprints import reader, room
from huakai_platform.compliance.views.console_sites import file_response
from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard


@room.get("/compliance")
@guard(Permission.ROOM_COMPLIANCE_READ)
def show() -> str:
    found = _assess(inputs.query(DayQuery()))
    return render_template(
        "compliance/room.html",
        **score_context(found),
        sealed=sealing.of_site(db(), found.subject.id),
    )


@room.get("/compliance/evidence/<indicator>")
@guard(Permission.ROOM_COMPLIANCE_READ, sample="indicator")
def evidence(indicator: str) -> str:
    asked = inputs.query(EvidenceQuery())
    found = _assess(asked)
    return render_template(
        "compliance/room_evidence.html",
        **evidence_context(found, indicator, asked["page"]),
        crumbs=[(gettext("合规"), url_for(".show"))],
    )


@room.get("/compliance/assessments/<uuid:assessment_id>")
@guard(Permission.ROOM_COMPLIANCE_READ, sample="room_assessment")
def download(assessment_id: UUID) -> Response:
    of = assessing.subject(db(), tenancy.current(db()))
    return file_response(sealing.file(db(), of.id, assessment_id), of.code)


@room.get("/visits")
@guard(Permission.VISITS_READ)
def visits() -> str:
    page = inputs.query(PageQuery())["page"]
    rows, total = visiting.of_the_room(db(), page)
    of = assessing.subject(db(), tenancy.current(db()))
    return render_template(
        "compliance/visits.html",
        visits=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // visiting.PAGE)),
        words=words,
        roles={role.value: role.label for role in Role},
        evidences={f"evidence.{one['code']}": one["text"] for one in of.definition["indicators"]},
    )


def _assess(asked: object) -> Assessed:
    day = day_of(asked)
    of = assessing.subject(db(), tenancy.current(db()))
    assessing.age_set(of, day)
    return assessing.assess(of, day, reader().measure(db(), day))
