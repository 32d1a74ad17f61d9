"""One activity: what was planned and what came of it."""

from uuid import UUID

from flask import render_template
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.sites import Site
from huakai_platform.registers import definitions
from huakai_platform.standards.pinned import pinned
from huakai_platform.web.context import db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import effects, photos, service
from huakai_tenants.activities.models import Activity
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import words
from huakai_tenants.staff.models import StaffMember

LEADS = "leads"
"""The register that takes whoever may need help on to a case; sealed, as far as the edition has it."""
Answer = str | tuple[str, int]


@blueprint.get("/<uuid:activity_id>")
@guard(Permission.ACTIVITIES_READ, sample="activity")
def show(activity_id: UUID) -> Answer:
    return page(activity_id)


def page(activity_id: UUID, *, given: FormResult | None = None, at: str = "", status: int = 200) -> Answer:
    """The page of an activity; what was refused comes back in the part `at` that it was typed in."""
    row, room = service.get(db(), activity_id), pinned(db())
    written = render_template(
        "activities/show.html",
        activity=row,
        facilitators=_names(row),
        other=_site_name(row.reported_with) if row.reported_with else None,
        photos=photos.of(db(), activity_id),
        effects=effects.of(db(), activity_id),
        improved=effects.improved,
        better=effects.BETTER,
        effect_labels=effects.FIELDS,
        follows_up=LEADS in definitions.every(db(), room.edition_id, definitions.SITE, room.tier),
        given=given or FormResult({}),
        at=at,
        **words(),
    )
    return (written, status) if status != 200 else written


def _names(row: Activity) -> list[str]:
    wanted = select(StaffMember.name).where(StaffMember.id.in_([UUID(one) for one in row.facilitators]))
    return list(db().scalars(wanted.order_by(StaffMember.number)))


def _site_name(site_id: UUID) -> str | None:
    return db().scalar(select(Site.name).where(Site.id == site_id))
