"""What the page of an item shows, and the words that all pages of equipment use."""

from typing import Any
from uuid import UUID

from flask import render_template
from werkzeug import Response as BaseResponse

from huakai_platform.resources import lists
from huakai_platform.web.context import actor, db
from huakai_platform.web.inputs import FormResult
from huakai_tenants.equipment import history, service
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.listing import EQUIPMENT, WANTS, Room, room
from huakai_tenants.premises import photos

Answer = BaseResponse | str | tuple[str, int]


def words(here: Room) -> dict[str, Any]:
    return {
        "plan": here.plan,
        "states": service.STATES,
        "funds": service.FUNDS,
        "rhythms": plans.RHYTHMS,
        "wants": WANTS,
        "today": here.today,
    }


def show(
    item_id: UUID,
    *,
    form: str | None = None,
    given: FormResult | None = None,
    photo: UUID | None = None,
    status: int = 200,
) -> Answer:
    """An item with the forms of its page; the one that was refused, by its name, comes back as it was typed."""
    here = room(db(), actor())
    item, row = service.get(db(), item_id), lists.one_row(db(), EQUIPMENT, actor(), item_id, here)
    shown = render_template(
        "equipment/show.html",
        item=item,
        kind=here.kind(item.kind),
        place=row.place(here),
        next=row.next_check(here),
        history=history.of(db(), item_id),
        pictures=photos.of(db(), "equipment", item_id),
        forms={form: given} if form and given else {},
        blank=FormResult({}, raw={"held_on": here.today}),
        removing=photo,
        deeds=history.DEEDS,
        labels=EQUIPMENT.labels(),
        reasons=service.REASONS,
        why_photo=photos.REASONS,
        **words(here),
    )
    return (shown, status) if status != 200 else shown
