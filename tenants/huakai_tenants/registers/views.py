"""A room's registers."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy import ColumnElement, true

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.access import ROOM, Actor, Permission, Role
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.registers import definitions, exporting, import_pages, pages
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.registers.pages import Page, RegisterScope
from huakai_platform.registers.uploads import Uploads
from huakai_platform.standards.pinned import pinned
from huakai_platform.web.context import app_state, db, guard
from huakai_tenants.registers import entry_stores
from huakai_tenants.registers.uploads import RoomUploads


def _edition() -> tuple[UUID, str | None]:
    room = pinned(db())
    return room.edition_id, room.tier


def _store(register: Register) -> EntryStore:
    return entry_stores.entry_store(db(), register, app_state().settings.master_key)


def _owned(_reader: Actor) -> ColumnElement[bool]:
    """A room's session names its tenant by itself."""
    return true()


def _changed(register: Register, days: set[date]) -> None:
    """Entries that are counted change the room's numbers of their months."""
    if register.metrics:
        for month in sorted({clock.month(day) for day in days}):
            outbox.publish(db(), NumbersChanged(month.isoformat()))


def _uploads(register: Register) -> Uploads:
    return RoomUploads(db(), app_state().settings.master_key, register.code)


STAFF = ROOM - {Role.VOLUNTEER}
SCOPE = RegisterScope(definitions.SITE, "layouts/room.html", _edition, _store, _changed, _uploads, _owned)
blueprint = Blueprint("room_registers", __name__, url_prefix="/room/registers")


@blueprint.get("")
@guard(Permission.REGISTERS_READ)
def index() -> str:
    return pages.index(SCOPE)


@blueprint.get("/<code>")
@guard(Permission.REGISTERS_READ, sample="register")
def entries(code: str) -> str:
    return pages.entries_of(SCOPE, code)


@blueprint.get("/<code>/print")
@guard(Permission.REGISTERS_READ, sample="register")
def print_list(code: str) -> str:
    return exporting.print_list(SCOPE, code)


@blueprint.get("/<code>/export")
@guard(Permission.REGISTERS_READ, sample="register")
def export(code: str) -> Response:
    return exporting.export(SCOPE, code)


@blueprint.get("/<code>/views")
@guard(Permission.REGISTERS_READ, sample="register")
def entries_views(code: str) -> Page:
    return pages.views_of(SCOPE, code).views()


@blueprint.post("/<code>/views")
@guard(Permission.REGISTERS_READ, sample="register")
def save_entries_view(code: str) -> Page:
    return pages.views_of(SCOPE, code).save()


@blueprint.post("/<code>/views/removal")
@guard(Permission.REGISTERS_READ, sample="register")
def remove_entries_view(code: str) -> Page:
    return pages.views_of(SCOPE, code).remove()


@blueprint.get("/<code>/new")
@guard(Permission.REGISTERS_WRITE, sample="register")
def new(code: str) -> Page:
    return pages.new(SCOPE, code)


@blueprint.post("/<code>/new")
@guard(Permission.REGISTERS_WRITE, sample="register")
def add(code: str) -> Page:
    return pages.add(SCOPE, code)


@blueprint.get("/<code>/<uuid:entry_id>")
@guard(Permission.REGISTERS_READ, sample="register_entry")
def show(code: str, entry_id: UUID) -> Page:
    return pages.show(SCOPE, code, entry_id)


@blueprint.get("/<code>/<uuid:entry_id>/edit")
@guard(Permission.REGISTERS_WRITE, sample="register_entry")
def edit(code: str, entry_id: UUID) -> Page:
    return pages.edit(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/edit")
@guard(Permission.REGISTERS_WRITE, sample="register_entry")
def change(code: str, entry_id: UUID) -> Page:
    return pages.change(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/cancellation")
@guard(Permission.REGISTERS_WRITE, sample="register_entry")
def cancel(code: str, entry_id: UUID) -> Page:
    return pages.cancel(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/restoration")
@guard(Permission.REGISTERS_WRITE, sample="register_entry")
def restore(code: str, entry_id: UUID) -> Page:
    return pages.restore(SCOPE, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/review")
@guard(Permission.REGISTERS_WRITE, sample="register_entry")
def review(code: str, entry_id: UUID) -> Page:
    return pages.review(SCOPE, code, entry_id)


@blueprint.get("/<code>/imports")
@guard(Permission.REGISTERS_WRITE, sample="register")
def imports(code: str) -> str:
    return import_pages.pages(SCOPE, code).start()


@blueprint.get("/<code>/imports/template.xlsx")
@guard(Permission.REGISTERS_WRITE, sample="register")
def import_template(code: str) -> Response:
    return import_pages.template(SCOPE, code)


@blueprint.post("/<code>/imports")
@guard(Permission.REGISTERS_WRITE, sample="register")
def upload(code: str) -> Page:
    return import_pages.pages(SCOPE, code).upload()


@blueprint.get("/<code>/imports/<uuid:import_id>")
@guard(Permission.REGISTERS_WRITE, sample="register_upload")
def import_report(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).show(import_id)


@blueprint.get("/<code>/imports/<uuid:import_id>/workbook")
@guard(Permission.REGISTERS_WRITE, sample="register_upload")
def import_workbook(code: str, import_id: UUID) -> Response:
    return import_pages.workbook(SCOPE, code, import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/application")
@guard(Permission.REGISTERS_WRITE, sample="register_upload")
def apply_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).confirm(import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/discard")
@guard(Permission.REGISTERS_WRITE, sample="register_upload")
def discard_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(SCOPE, code).give_up(import_id)
