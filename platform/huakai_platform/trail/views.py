"""The trail's pages: the platform's own chain in the console, a room's own in the room."""

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug import Response as BaseResponse

from huakai_platform.compliance import visits
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.fields import Date, Form
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import reach
from huakai_platform.resources import lists, schemas
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.trail import exporting, heads, verifying
from huakai_platform.trail.listing import TRAIL
from huakai_platform.trail.models import SignedHeads
from huakai_platform.trail.words import said
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, apart, app_state, db, guard, inside

CONSOLE: Final = (Role.INSTITUTION_ADMIN, Role.AUDITOR)
FOLLOWED = 50_000
"""As many entries as a page follows back from the end; the command line follows them all."""
DAYS = 60
PIECE = 1 << 16

console = Blueprint("trail", __name__, url_prefix="/console/trail")
room = Blueprint("room_trail", __name__, url_prefix="/room/trail")


CONSOLE_PAGES = Pages(TRAIL, "")
ROOM_PAGES = Pages(
    TRAIL, "", listed="room_index", printed="room_print", exported="room_export", template="trail/index.html"
)
list_routes(console, CONSOLE_PAGES, read=Permission.TRAIL_READ, export=Permission.TRAIL_EXPORT, workbook="/export.xlsx")
list_routes(
    room, ROOM_PAGES, read=Permission.ROOM_TRAIL_READ, export=Permission.ROOM_TRAIL_EXPORT, workbook="/export.xlsx"
)


class Day(Form):
    day = Date(load_default=None)


@console.get("/sites/<uuid:site_id>")
@guard(Permission.TRAIL_READ, sample="site")
def of_site(site_id: UUID) -> str:
    """One site's own chain, read-only; the visit stands in both trails before anything is shown."""
    given = CONSOLE_PAGES.given()
    name = reach.site(db(), actor(), site_id).name
    with apart() as own:
        visits.enter(own, actor(), site_id, "trail")
    with inside(site_id) as within:
        chain = TRAIL.context(within, actor())
        found = lists.list_page(within, TRAIL, actor(), schemas.question(given), chain)
    return CONSOLE_PAGES.show(given, found, site=name, list_address=partial(url_for, ".of_site", site_id=site_id))


@console.get("/chain.jsonl")
@guard(Permission.TRAIL_EXPORT)
def chain() -> Response:
    return _chain()


@room.get("/chain.jsonl")
@guard(Permission.ROOM_TRAIL_EXPORT)
def room_chain() -> Response:
    return _chain()


@console.get("/verification")
@guard(Permission.TRAIL_READ)
def verification() -> str:
    return _verified("layouts/console.html")


@room.get("/verification")
@guard(Permission.ROOM_TRAIL_READ)
def room_verification() -> str:
    return _verified("layouts/room.html")


@console.get("/heads")
@guard(Permission.TRAIL_READ)
def signed() -> str:
    """The signed heads of the last days and the public key to check them with."""
    columns = (SignedHeads.day, SignedHeads.document, SignedHeads.public_key, SignedHeads.signed_at)
    rows = db().execute(select(*columns).order_by(SignedHeads.day.desc()).limit(DAYS)).all()
    settings = app_state().settings
    return render_template(
        "trail/heads.html",
        days=rows,
        here={row.day for row in rows if heads.file_of(settings, row.day).exists()},
        public_key=heads.public_key(settings) or (rows[0].public_key if rows else None),
        crumbs=[(_("审计日志"), url_for(".index")), (_("签署的链头"), None)],
    )


@console.get("/heads.jsonl")
@guard(Permission.TRAIL_EXPORT)
def signed_file() -> BaseResponse:
    """The file of a day as the worker wrote it; where that is another machine's, it is fetched there."""
    day = inputs.query(Day())["day"] or clock.today()
    path = heads.file_of(app_state().settings, day)
    if db().get(SignedHeads, day) is None or not path.exists():
        flash(gettext("这一天还没有签署的链头，或文件不在本机。"), "warning")
        return redirect(url_for(".signed"), 303)
    audit.record(db(), actor(), "trail.heads_exported", "trail", day.isoformat())
    return send_file(path.resolve(), "application/jsonl", as_attachment=True, download_name=path.name)


def _chain() -> Response:
    """Every entry with its hashes, as whoever checks the chain by other means needs it."""
    inputs.query(Form())
    file = TemporaryFile()  # noqa: SIM115 (closed when it has been sent)
    count = exporting.raw(db(), file)
    file.seek(0)
    audit.record(db(), actor(), "trail.exported", "trail", "jsonl", rows=count)
    name = f"chain-{clock.today().isoformat()}.jsonl"
    response = Response(_pieces(file), mimetype="application/jsonl")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.call_on_close(file.close)
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _verified(layout: str) -> str:
    inputs.query(Form())
    return render_template(
        "trail/verification.html",
        layout=layout,
        verdict=verifying.verify(db(), most=FOLLOWED),
        said=said,
        crumbs=[
            (_("审计日志"), url_for(".room_index" if layout.endswith("room.html") else ".index")),
            (_("核验"), None),
        ],
    )
