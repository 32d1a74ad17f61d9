"""A sheet of equipment on its way in: template, upload, dry run, and what came of it."""

from uuid import UUID

from flask import Response
from flask_babel import ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.web import import_flow
from huakai_platform.web.context import actor, app_state, db, guard
from huakai_platform.web.import_flow import ImportFlow, handed
from huakai_tenants.equipment import importing, service, sheet
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.importing import Reading
from huakai_tenants.equipment.views import HEAD, blueprint
from huakai_tenants.equipment.views.page import Answer, language, places, words
from huakai_tenants.sheets import service as sheets


def _import_flow() -> ImportFlow:
    return ImportFlow(
        folder="equipment",
        missing=_("请选择设备表。"),
        moved=_("设备登记在检查之后有变动，请核对新的结果后再确认。"),
        written=lambda total: ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total),
        get=lambda import_id, lock=False: sheets.get(db(), importing.KIND, import_id, lock=lock),
        forget=lambda: sheets.forget(db(), importing.KIND),
        latest=lambda: sheets.latest(db(), importing.KIND),
        columns=lambda: sheet.columns(plans.plan(db()), places(), language()),
        guide=sheet.GUIDE,
        check=lambda name, content: importing.check(db(), actor(), _key(), name, content, _reading()),
        report=lambda row: importing.report(db(), _key(), row, _reading()),
        apply=lambda row, preview_digest: importing.apply(db(), actor(), _key(), row, _reading(), preview_digest),
        discard=lambda row: importing.discard(db(), actor(), row),
        words=lambda _here: {**words(plans.plan(db())), "places": dict(places()), "labels": service.FIELDS},
    )


@blueprint.get("/imports")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def imports() -> str:
    return _import_flow().start()


@blueprint.get("/imports/template.xlsx")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def import_template() -> Response:
    """Empty, or with what is in the register."""
    return handed(
        sheet.template(db(), actor(), plans.plan(db()), places(), language(), filled=import_flow.filled()),
        "huakai-equipment-template.xlsx",
    )


@blueprint.post("/imports")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def upload() -> Answer:
    return _import_flow().upload()


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def import_report(import_id: UUID) -> Answer:
    return _import_flow().show(import_id)


@blueprint.get("/imports/<uuid:import_id>/workbook")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def import_workbook(import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    row = sheets.get(db(), importing.KIND, import_id)
    return handed(importing.returned(db(), actor(), _key(), row, _reading()), "huakai-equipment-checked.xlsx")


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def apply_import(import_id: UUID) -> Answer:
    return _import_flow().confirm(import_id)


@blueprint.post("/imports/<uuid:import_id>/discard")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def discard_import(import_id: UUID) -> BaseResponse:
    return _import_flow().give_up(import_id)


def _reading() -> Reading:
    return Reading(plans.plan(db()), places(), language())


def _key() -> bytes | None:
    return app_state().settings.master_key
