"""What the page of an item shows, and the words that all pages of equipment use."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import render_template
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import language
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_platform.web.context import db
from huakai_platform.web.inputs import FormResult
from huakai_tenants.equipment import history, service
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.listing import EQUIPMENT, WANTS
from huakai_tenants.equipment.plan import Kind, Plan
from huakai_tenants.premises import photos

Answer = BaseResponse | str | tuple[str, int]


def titles() -> dict[str, str]:
    """What the edition calls each space, by code."""
    body = standards.body(db(), pinned(db()).edition_id, "spaces")
    return {one["code"]: one["title"].get(language()) or one["title"]["zh"] for one in body["spaces"]}


def words(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "titles": titles(),
        "states": service.STATES,
        "funds": service.FUNDS,
        "rhythms": plans.RHYTHMS,
        "wants": WANTS,
        "today": clock.today(),
        "next_check": next_check,
    }


def next_check(kind: Kind, checked_on: date | None, created_at: datetime) -> date | None:
    return kind.next_check(checked_on, created_at.astimezone(clock.CHINA).date())


def places() -> list[tuple[UUID, str]]:
    """The spaces in which something may stand, by what they are called."""
    said = titles()
    return [
        (space.id, space.name or said.get(space.code, space.code))
        for space in service.spaces(db()).values()
        if space.state != "closed"
    ]


def show(
    item_id: UUID,
    *,
    form: str | None = None,
    given: FormResult | None = None,
    photo: UUID | None = None,
    status: int = 200,
) -> Answer:
    """An item with the forms of its page; the one that was refused, by its name, comes back as it was typed."""
    item, blank = service.get(db(), item_id), FormResult({}, raw={"held_on": clock.today()})
    space = service.spaces(db()).get(item.space_id) if item.space_id else None
    plan = plans.plan(db())
    shown = render_template(
        "equipment/show.html",
        item=item,
        kind=plan.kind(item.kind),
        space=space,
        history=history.of(db(), item_id),
        pictures=photos.of(db(), "equipment", item_id),
        forms={form: given} if form and given else {},
        blank=blank,
        removing=photo,
        deeds=history.DEEDS,
        labels=EQUIPMENT.labels(),
        reasons=service.REASONS,
        why_photo=photos.REASONS,
        **words(plan),
    )
    return (shown, status) if status != 200 else shown
