"""What the page of a member shows, and the words that all pages of the register use."""

from typing import Any
from uuid import UUID

from flask import render_template
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.web.context import app_state, db
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import contacts, files, listing, posts, qualifications, service

Answer = BaseResponse | str | tuple[str, int]


def key() -> bytes | None:
    return app_state().settings.master_key


def words(plan: posts.Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "employments": posts.EMPLOYMENTS,
        "roles": posts.AB,
        "today": clock.today(),
        "oldest": listing.oldest_check(plan, clock.today()),
        "soonest": listing.soon_check(plan, clock.today()),
    }


def show(
    member_id: UUID,
    *,
    opened: contacts.Opened | None = None,
    leaving: FormResult | None = None,
    contact: FormResult | None = None,
    certificate: FormResult | None = None,
    scan: tuple[UUID, FormResult] | None = None,
    removal: tuple[UUID, FormResult] | None = None,
    status: int = 200,
) -> Answer:
    """A member with the forms of the page; the one that was refused comes back as it was typed."""
    blank, plan = FormResult({}), posts.plan(db())
    shown = render_template(
        "staff/show.html",
        member=service.get(db(), member_id),
        hint=contacts.hint(db(), member_id),
        opened=opened,
        certificates=qualifications.of(db(), member_id),
        leaving=leaving or blank,
        contact=contact or blank,
        certificate=certificate or blank,
        scans=files.of(db(), member_id, files.QUALIFICATION),
        scan=scan or (None, blank),
        removal=removal or (None, blank),
        reasons=files.REASONS,
        **words(plan),
    )
    return (shown, status) if status != 200 else shown
