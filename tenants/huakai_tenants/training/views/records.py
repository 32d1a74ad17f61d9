"""The pages of what was recorded: the list, the forms, the sheets, and what is done with a record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext, ngettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.resources.editing import FormPages, form_routes
from huakai_platform.resources.imports import SheetPages, import_routes
from huakai_platform.resources.pages import Answer, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.resources.schemas import form as form_of
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.sheets import service as sheets
from huakai_tenants.staff import files
from huakai_tenants.staff import service as staff
from huakai_tenants.training import importing, scans, schemas, service
from huakai_tenants.training.listing import GUIDE, TRAINING
from huakai_tenants.training.views import blueprint


def beside(record_id: UUID | None) -> Mapping[str, Any]:
    """What the page of a record shows: whose it is, the scans that prove it, and how it is taken away."""
    if record_id is None:
        return {}
    record, blank = service.get(db(), record_id), FormResult({})
    return {
        "record": record,
        "holder": staff.get(db(), record.member_id),
        "scans": scans.of(db(), record),
        "scan": blank,
        "removal": (None, blank),
        "reasons": service.REASONS,
        "scan_reasons": files.REASONS,
    }


PAGES = Pages(TRAINING, "record_id", listed="listed", single="edit", template="training/records.html")
FORMS = FormPages(PAGES, service, beside)
READ, WRITE = Permission.TRAINING_READ, Permission.TRAINING_MANAGE
list_routes(blueprint, PAGES, at="/records", workbook="/records.xlsx", read=READ)
form_routes(blueprint, FORMS, at="/records", write=WRITE, sample="training_record", by_hand={"add"})
import_routes(blueprint, SheetPages(PAGES, importing, sheets, GUIDE), write=WRITE, sample="training_import")


@blueprint.post("/records/new")
@guard(WRITE)
def add() -> Answer:
    """One course, for everybody who was there."""
    given = inputs.form(form_of(TRAINING)())
    if not given.ok:
        return FORMS.page(None, given, status=422)
    try:
        number = len(service.add_all(db(), actor(), given.values))
    except Invalid as refused:
        return FORMS.page(None, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(ngettext("已登记 %(num)s 人。", "已登记 %(num)s 人。", number), "ok")
    return redirect(url_for(".listed"), 303)


@blueprint.post("/records/<uuid:record_id>/removal")
@guard(WRITE, sample="training_record")
def remove(record_id: UUID) -> Answer:
    service.get(db(), record_id)
    given = inputs.form(schemas.Removal())
    if not given.ok:
        return FORMS.again(record_id, given.errors, status=422)
    service.remove(db(), actor(), record_id, given.values["reason"])
    flash(gettext("已删除。"), "ok")
    return redirect(url_for(".listed"), 303)
