"""The institution's registers."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy import ColumnElement

from huakai_platform.kernel.access import CONSOLE, Actor, Permission, Role
from huakai_platform.onboarding.scope import institution_of
from huakai_platform.registers import definitions, entry_store, exporting, import_pages, pages
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.registers.pages import Page, RegisterScope
from huakai_platform.registers.uploads import InstitutionUploads, Uploads
from huakai_platform.standards import service as standards
from huakai_platform.web.context import actor, db, guard


def _edition() -> tuple[UUID, str | None]:
    """The institution keeps its registers by the newest edition."""
    return standards.newest(db()), None


def _store(_register: Register) -> EntryStore:
    return entry_store.of_institution(institution_of(actor()))


def _owned(reader: Actor) -> ColumnElement[bool]:
    return entry_store.of_institution(institution_of(reader)).owned


def _changed(_register: Register, _days: set[date]) -> None:
    """The institution's own numbers are read from its entries."""


def _uploads(register: Register) -> Uploads:
    return InstitutionUploads(db(), institution_of(actor()), register.code)


OFFICES = CONSOLE - {Role.AUDITOR}
SCOPE = RegisterScope(definitions.INSTITUTION, "layouts/console.html", _edition, _store, _changed, _uploads, _owned)
blueprint = Blueprint("registers", __name__, url_prefix="/console/registers")


@blueprint.get("")
@guard(Permission.INSTITUTION_REGISTERS_READ)
def index() -> str:
    return pages.index(SCOPE)


@blueprint.get("/<code>")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def entries(code: str) -> str:
    return pages.entries_of(SCOPE, code)


@blueprint.get("/<code>/print")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def print_list(code: str) -> str:
    return exporting.print_list(SCOPE, code)


@blueprint.get("/<code>/export")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def export(code: str) -> Response:
    return exporting.export(SCOPE, code)


@blueprint.get("/<code>/views")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def entries_views(code: str) -> Page:
    return pages.views_of(SCOPE, code).views()


@blueprint.post("/<code>/views")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def save_entries_view(code: str) -> Page:
    return pages.views_of(SCOPE, code).save()


@blueprint.post("/<code>/views/removal")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_register")
def remove_entries_view(code: str) -> Page:
    return pages.views_of(SCOPE, code).remove()


@blueprint.get("/<code>/new")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_register")
def new(code: str) -> Page:
    return pages.new(SCOPE, code)


@blueprint.post("/<code>/new")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_register")
def add(code: str) -> Page:
    return pages.add(SCOPE, code)


@blueprint.get("/<code>/<uuid:entry_id>")
@guard(Permission.INSTITUTION_REGISTERS_READ, sample="institution_entry")
def show(code: str, entry_id: UUID) -> Page:
    return pages.show(SCOPE, code, entry_id)


@blueprint.get("/<code>/<uuid:entry_id>/edit")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_entry")
def edit(code: str, entry_id: UUID) -> Page:
    return pages.edit(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/edit")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_entry")
def change(code: str, entry_id: UUID) -> Page:
    return pages.change(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/cancellation")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_entry")
def cancel(code: str, entry_id: UUID) -> Page:
    return pages.cancel(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/restoration")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_entry")
def restore(code: str, entry_id: UUID) -> Page:
    return pages.restore(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/review")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_entry")
def review(code: str, entry_id: UUID) -> Page:
    return pages.review(SCOPE, code, entry_id)


@blueprint.get("/<code>/imports")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_register")
def imports(code: str) -> str:
    return import_pages.pages(SCOPE, code).start()


@blueprint.get("/<code>/imports/template.xlsx")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_register")
def import_template(code: str) -> Response:
    return import_pages.template(SCOPE, code)


@blueprint.post("/<code>/imports")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_register")
def upload(code: str) -> Page:
    return import_pages.pages(SCOPE, code).upload()


@blueprint.get("/<code>/imports/<uuid:import_id>")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_upload")
def import_report(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).show(import_id)


@blueprint.get("/<code>/imports/<uuid:import_id>/workbook")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_upload")
def import_workbook(code: str, import_id: UUID) -> Response:
    return import_pages.workbook(SCOPE, code, import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/application")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_upload")
def apply_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).confirm(import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/discard")
@guard(Permission.INSTITUTION_REGISTERS_WRITE, sample="institution_upload")
def discard_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).give_up(import_id)
