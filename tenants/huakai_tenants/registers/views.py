"""A room's registers."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.access import ROOM, Permission, Role
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.registers import definitions, import_pages, pages
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.pages import Desk, Page
from huakai_platform.registers.shelf import Shelf
from huakai_platform.registers.uploads import Uploads
from huakai_platform.standards.pinned import pinned
from huakai_platform.web.context import app_state, db, guard
from huakai_tenants.registers import shelves
from huakai_tenants.registers.uploads import RoomUploads


def _edition() -> tuple[UUID, str | None]:
    room = pinned(db())
    return room.edition_id, room.tier


def _shelf(register: Register) -> Shelf:
    return shelves.shelf(db(), register, app_state().settings.master_key)


def _changed(register: Register, days: set[date]) -> None:
    """Entries that are counted change the room's numbers of their months."""
    if register.metrics:
        for month in sorted({clock.month(day) for day in days}):
            outbox.publish(db(), NumbersChanged(month.isoformat()))


def _uploads(register: Register) -> Uploads:
    return RoomUploads(db(), app_state().settings.master_key, register.code)


STAFF = ROOM - {Role.VOLUNTEER}
DESK = Desk(definitions.SITE, "layouts/room.html", _edition, _shelf, _changed, _uploads)
blueprint = Blueprint("room_registers", __name__, url_prefix="/room/registers")


@blueprint.get("")
@guard(Permission.REGISTERS_READ, to=STAFF)
def index() -> str:
    return pages.index(DESK)


@blueprint.get("/<code>")
@guard(Permission.REGISTERS_READ, to=STAFF, sample="register")
def entries(code: str) -> str:
    return pages.entries_of(DESK, code)


@blueprint.get("/<code>/export")
@guard(Permission.REGISTERS_READ, to=STAFF, sample="register")
def export(code: str) -> Response:
    return pages.export(DESK, code)


@blueprint.get("/<code>/new")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register")
def new(code: str) -> Page:
    return pages.new(DESK, code)


@blueprint.post("/<code>/new")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register")
def add(code: str) -> Page:
    return pages.add(DESK, code)


@blueprint.get("/<code>/<uuid:entry_id>")
@guard(Permission.REGISTERS_READ, to=STAFF, sample="register_entry")
def show(code: str, entry_id: UUID) -> Page:
    return pages.show(DESK, code, entry_id)


@blueprint.get("/<code>/<uuid:entry_id>/edit")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_entry")
def edit(code: str, entry_id: UUID) -> Page:
    return pages.edit(DESK, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/edit")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_entry")
def change(code: str, entry_id: UUID) -> Page:
    return pages.change(DESK, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/cancellation")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_entry")
def cancel(code: str, entry_id: UUID) -> Page:
    return pages.cancel(DESK, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/restoration")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_entry")
def restore(code: str, entry_id: UUID) -> Page:
    return pages.restore(DESK, code, entry_id)


@blueprint.post("/<code>/<uuid:entry_id>/review")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_entry")
def review(code: str, entry_id: UUID) -> Page:
    return pages.review(DESK, code, entry_id)


@blueprint.get("/<code>/imports")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register")
def imports(code: str) -> str:
    return import_pages.pages(DESK, code).start()


@blueprint.get("/<code>/imports/template.xlsx")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register")
def import_template(code: str) -> Response:
    return import_pages.template(DESK, code)


@blueprint.post("/<code>/imports")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register")
def upload(code: str) -> Page:
    return import_pages.pages(DESK, code).upload()


@blueprint.get("/<code>/imports/<uuid:import_id>")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_upload")
def import_report(code: str, import_id: UUID) -> Page:
    return import_pages.pages(DESK, code).show(import_id)


@blueprint.get("/<code>/imports/<uuid:import_id>/workbook")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_upload")
def import_workbook(code: str, import_id: UUID) -> Response:
    return import_pages.workbook(DESK, code, import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/application")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_upload")
def apply_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(DESK, code).confirm(import_id)


@blueprint.post("/<code>/imports/<uuid:import_id>/discard")
@guard(Permission.REGISTERS_WRITE, to=STAFF, sample="register_upload")
def discard_import(code: str, import_id: UUID) -> Page:
    return import_pages.pages(DESK, code).give_up(import_id)
