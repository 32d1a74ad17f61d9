"""One site as an auditor sees it: its score at a date, the evidence of each indicator, and what was sealed.

Each page enters that one site read-only, after the reach was checked and the visit was written down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from huakai_platform.compliance import assessing, sealing, visits
from huakai_platform.compliance.assessing import Assessed
from huakai_platform.compliance.views.asked import (
    DayQuery,
    EvidenceQuery,
    Seal,
    day_of,
    evidence_context,
    score_context,
)
from huakai_platform.compliance.views.blueprints import console, reader
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.views.regions import breadcrumbs
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, apart, db, guard, inside
from huakai_platform.web.inputs import FormResult


@console.get("/<uuid:site_id>")
@guard(Permission.COMPLIANCE_ENTER, sample="site")
def site(site_id: UUID) -> str:
    day = day_of(inputs.query(DayQuery()))
    return _page(assessed(site_id, day, "indicators"))


@console.get("/<uuid:site_id>/evidence/<indicator>")
@guard(Permission.COMPLIANCE_ENTER, sample="site_indicator")
def evidence(site_id: UUID, indicator: str) -> str:
    asked = inputs.query(EvidenceQuery())
    day = day_of(asked)
    of = _subject(site_id)
    known = {one["code"] for one in of.definition["indicators"]}
    found = assessed(site_id, day, f"evidence.{indicator}" if indicator in known else "evidence")
    return render_template(
        "compliance/evidence.html",
        **evidence_context(found, indicator, asked["page"]),
        crumbs=[*_crumbs(found), (of.name, url_for(".site", site_id=site_id, on=asked.get("on")))],
    )


@console.get("/<uuid:site_id>/photos/<uuid:photo_id>")
@guard(Permission.COMPLIANCE_ENTER, sample="site_photo")
def photo(site_id: UUID, photo_id: UUID) -> Response:
    """One photo of the room from a daily check; each that is opened is a visit of its own."""
    _subject(site_id)
    with _looking(site_id, f"photo.{photo_id}") as room:
        content = reader().photo(room, photo_id)
    return Response(content, mimetype="image/jpeg")


@console.post("/<uuid:site_id>/assessments")
@guard(Permission.COMPLIANCE_SEAL, sample="site")
def seal(site_id: UUID) -> BaseResponse | str | tuple[str, int]:
    given = inputs.form(Seal())
    of = _subject(site_id)
    if set(given.errors) - {"confirm"}:
        raise Invalid(_("填写的内容有误。"), given.errors)
    day = day_of({"on": date.fromisoformat(given.raw["on"].strip())})
    if given.ok and given.values["confirm"] != of.code:
        given = given.with_error("confirm", _("请输入站点编号以确认。"))
    if not given.ok:
        return _ask_again(of, day, given), 422
    found = assessed(site_id, day, "sealing")
    with inside(site_id, writes=True) as room:
        row = sealing.seal(db(), room, actor(), found)
    flash(gettext("已封存，摘要 %(digest)s。", digest=row.digest[:16]), "success")
    return redirect(url_for(".site", site_id=site_id, on=day.isoformat()) + "#sealed", 303)


@console.get("/<uuid:site_id>/assessments/<uuid:assessment_id>")
@guard(Permission.COMPLIANCE_READ, sample="assessment")
def download(site_id: UUID, assessment_id: UUID) -> Response:
    """The sealed file, byte for byte."""
    of = reach.site(db(), actor(), site_id)
    return file_response(sealing.file(db(), site_id, assessment_id), of.code)


def file_response(row: Any, code: str) -> Response:
    response = Response(row.bundle, mimetype="application/json")
    name = f"assessment-{code}-{row.as_of.isoformat()}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _subject(site_id: UUID) -> assessing.Subject:
    """The site within reach. Raises NotFound."""
    reach.site(db(), actor(), site_id)
    return assessing.subject(db(), site_id)


def assessed(site_id: UUID, day: date, looked_at: str) -> Assessed:
    """The score of a site within reach; the visit is written down. Raises NotFound or Invalid."""
    of = _subject(site_id)
    assessing.age_set(of, day)
    with _looking(site_id, looked_at) as room:
        measures = reader().measure(room, day)
    return assessing.assess(of, day, measures)


@contextmanager
def _looking(site_id: UUID, looked_at: str) -> Iterator[Session]:
    """The visit stands before the first row is read, whatever comes of the page."""
    with apart() as own:
        visits.enter(own, actor(), site_id, looked_at)
    with inside(site_id) as room:
        yield room


def _ask_again(of: assessing.Subject, day: date, given: FormResult) -> str:
    """The question alone: nothing of the site is read for a form that is not right."""
    crumbs = [*breadcrumbs("compliance.sites", of.region_code, linked=True), (of.name, url_for(".site", site_id=of.id))]
    return render_template("compliance/seal.html", of=of, day=day, given=given, key=str(uuid7()), crumbs=crumbs)


def _page(found: Assessed) -> str:
    return render_template(
        "compliance/site.html",
        **score_context(found),
        sealed=sealing.of_site(db(), found.subject.id),
        key=str(uuid7()),
        crumbs=[*_crumbs(found), (found.subject.name, None)],
    )


def _crumbs(found: Assessed) -> list[tuple[str, str | None]]:
    return breadcrumbs("compliance.sites", found.subject.region_code, linked=True)
