"""What is printed and signed: a person's training sheet, and the sign-in sheet of a course."""

from uuid import UUID

from flask import render_template

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.standards.pinned import pinned
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.staff import posts
from huakai_tenants.training import coverage, papers, schemas
from huakai_tenants.training.views import blueprint
from huakai_tenants.training.views.words import courses, words


@blueprint.get("/people/<uuid:member_id>/sheet")
@guard(Permission.TRAINING_READ, sample="staff_member")
def sheet(member_id: UUID) -> str:
    paper = papers.of(db(), actor(), pinned(db()).edition_id, member_id, clock.today())
    return render_template(
        "training/sheet.html", paper=paper, posts=posts.plan(db()).posts, marks=papers.STATES, **words()
    )


@blueprint.get("/sign-in")
@guard(Permission.TRAINING_READ)
def sign_in() -> str:
    """A paper with lines for those who come; without a course a form that asks for it."""
    asked = inputs.query(schemas.SignIn())
    course = courses().get(asked.get("course", ""))
    lacking = []
    if course and asked.get("named"):
        everybody = coverage.people(db(), pinned(db()).edition_id, clock.today())
        lacking = papers.lacking(everybody, course.code)
    page = "training/sign_in.html" if course else "training/sign_in_form.html"
    return render_template(page, course=course, people=lacking, asked=asked, posts=posts.plan(db()).posts, **words())
