"""A sheet of staff on its way in: template, upload, dry run, and what came of it."""

from uuid import UUID

from flask import Response
from flask_babel import ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _, language
from huakai_platform.web import import_flow
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.import_flow import ImportFlow
from huakai_tenants.sheets import service as sheets
from huakai_tenants.staff import importing, posts, sheet
from huakai_tenants.staff.views import blueprint
from huakai_tenants.staff.views.page import Answer, key, words


def _import_flow() -> ImportFlow:
    return ImportFlow(
        folder="staff",
        missing=_("请选择人员表。"),
        moved=_("名册在检查之后有变动，请核对新的结果后再确认。"),
        written=lambda total: ngettext("已写入 %(num)s 人。", "已写入 %(num)s 人。", total),
        get=lambda import_id, lock=False: sheets.get(db(), importing.KIND, import_id, lock=lock),
        forget=lambda: sheets.forget(db(), importing.KIND),
        latest=lambda: sheets.latest(db(), importing.KIND),
        columns=lambda: sheet.columns(posts.plan(db()), language()),
        guide=sheet.GUIDE,
        check=lambda name, content: importing.check(db(), actor(), key(), name, content, language()),
        report=lambda row: importing.report(db(), key(), row, language()),
        apply=lambda row, preview_digest: importing.apply(db(), actor(), key(), row, language(), preview_digest),
        discard=lambda row: importing.discard(db(), actor(), row),
        words=lambda _here: {**words(posts.plan(db())), "titles": sheet.TITLES, "sealed": sheet.SEALED},
    )


@blueprint.get("/imports")
@guard(Permission.STAFF_MANAGE)
def imports() -> str:
    return _import_flow().start()


@blueprint.get("/imports/template.xlsx")
@guard(Permission.STAFF_MANAGE)
def import_template() -> Response:
    """Empty, or with who is in service now."""
    return xlsx(
        sheet.template(db(), actor(), posts.plan(db()), language(), filled=import_flow.filled()),
        "huakai-staff-template.xlsx",
    )


@blueprint.post("/imports")
@guard(Permission.STAFF_MANAGE)
def upload() -> Answer:
    return _import_flow().upload()


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.STAFF_MANAGE, sample="staff_import")
def import_report(import_id: UUID) -> Answer:
    return _import_flow().show(import_id)


@blueprint.get("/imports/<uuid:import_id>/workbook")
@guard(Permission.STAFF_MANAGE, sample="staff_import")
def import_workbook(import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    row = sheets.get(db(), importing.KIND, import_id)
    return xlsx(importing.returned(db(), actor(), key(), row, language()), "huakai-staff-checked.xlsx")


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.STAFF_MANAGE, sample="staff_import")
def apply_import(import_id: UUID) -> Answer:
    return _import_flow().confirm(import_id)


@blueprint.post("/imports/<uuid:import_id>/discard")
@guard(Permission.STAFF_MANAGE, sample="staff_import")
def discard_import(import_id: UUID) -> BaseResponse:
    return _import_flow().give_up(import_id)
