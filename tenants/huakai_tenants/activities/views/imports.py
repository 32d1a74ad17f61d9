"""A sheet of activities on its way in: template, upload, dry run, and what came of it."""

from typing import Any
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
from huakai_tenants.activities import catalogue, importing, sheet
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import key, spoken, words
from huakai_tenants.activities.views.writing import Answer
from huakai_tenants.sheets import service as sheets


def _import_flow() -> ImportFlow:
    return ImportFlow(
        folder="activities",
        missing=_("请选择活动表。"),
        moved=_("活动在检查之后有变动，请核对新的结果后再确认。"),
        written=lambda total: ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total),
        get=lambda import_id, lock=False: sheets.get(db(), importing.KIND, import_id, lock=lock),
        forget=lambda: sheets.forget(db(), importing.KIND),
        latest=lambda: sheets.latest(db(), importing.KIND),
        columns=lambda: sheet.columns(catalogue.here(db()), language()),
        guide=sheet.GUIDE,
        check=lambda name, content: importing.check(db(), actor(), key(), name, content, language()),
        report=lambda row: importing.report(db(), key(), row, language()),
        apply=lambda row, preview_digest: importing.apply(db(), actor(), key(), row, language(), preview_digest),
        discard=lambda row: importing.discard(db(), actor(), row),
        words=_words,
    )


@blueprint.get("/imports")
@guard(Permission.ACTIVITIES_MANAGE)
def imports() -> str:
    return _import_flow().start()


@blueprint.get("/imports/template.xlsx")
@guard(Permission.ACTIVITIES_MANAGE)
def import_template() -> Response:
    """Empty, or with what is recorded already."""
    return xlsx(
        sheet.template(db(), actor(), catalogue.here(db()), language(), filled=import_flow.filled()),
        "huakai-activities-template.xlsx",
    )


@blueprint.post("/imports")
@guard(Permission.ACTIVITIES_MANAGE)
def upload() -> Answer:
    return _import_flow().upload()


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_import")
def import_report(import_id: UUID) -> Answer:
    return _import_flow().show(import_id)


@blueprint.get("/imports/<uuid:import_id>/workbook")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_import")
def import_workbook(import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    row = sheets.get(db(), importing.KIND, import_id)
    return xlsx(importing.returned(db(), actor(), key(), row, language()), "huakai-activities-checked.xlsx")


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_import")
def apply_import(import_id: UUID) -> Answer:
    return _import_flow().confirm(import_id)


@blueprint.post("/imports/<uuid:import_id>/discard")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_import")
def discard_import(import_id: UUID) -> BaseResponse:
    return _import_flow().give_up(import_id)


def _words(_here: str | None) -> dict[str, Any]:
    shown = words()
    return {**shown, "titles": sheet.TITLES, "spoken": lambda value: spoken(shown["known"], value)}
