"""The trail's pages: the platform's own chain in the console, a room's own in the room."""

from collections.abc import Callable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from huakai_platform.compliance import visits
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.fields import Choice, Date, Form, Id, Int, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.onboarding import reach
from huakai_platform.trail import details, exporting, heads, listing, verifying
from huakai_platform.trail.deeds import DEEDS, OBJECTS, kind, words
from huakai_platform.trail.models import SignedHeads
from huakai_platform.trail.words import said
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, apart, app_state, db, guard, inside
from huakai_platform.web.downloads import xlsx

CONSOLE: Final = (Role.INSTITUTION_ADMIN, Role.AUDITOR)
FOLLOWED = 50_000
"""As many entries as a page follows back from the end; the command line follows them all."""
DAYS = 60
PIECE = 1 << 16

console = Blueprint("trail", __name__, url_prefix="/console/trail")
room = Blueprint("room_trail", __name__, url_prefix="/room/trail")


class Asked(Form):
    q = Text(max_length=50)
    actor = Id()
    deed = Choice(DEEDS)
    kind = Choice(OBJECTS)
    object = Text(max_length=100)
    since = Date()
    until = Date()


class Listed(Asked):
    before = Int(2, 2**53)


class Day(Form):
    day = Date(load_default=None)


@console.get("")
@guard(Permission.TRAIL_READ)
def index() -> str:
    return _page("layouts/console.html")


@console.get("/sites/<uuid:site_id>")
@guard(Permission.TRAIL_READ, sample="site")
def of_site(site_id: UUID) -> str:
    """One site's own chain, read-only; the visit stands in both trails before anything is shown."""
    inputs.query(Listed())
    name = reach.site(db(), actor(), site_id).name
    with apart() as own:
        visits.enter(own, actor(), site_id, "trail")
    with inside(site_id) as within:
        return _page("layouts/console.html", within, name)


@room.get("")
@guard(Permission.ROOM_TRAIL_READ)
def room_index() -> str:
    return _page("layouts/room.html")


@console.get("/export.xlsx")
@guard(Permission.TRAIL_EXPORT)
def export() -> Response:
    return _workbook()


@room.get("/export.xlsx")
@guard(Permission.ROOM_TRAIL_EXPORT)
def room_export() -> Response:
    return _workbook()


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


def _page(layout: str, session: Session | None = None, site: str | None = None) -> str:
    session = session or db()
    asked = inputs.query(Listed())
    found = listing.lines(session, asked)
    more = len(found) > listing.PAGE
    shown = found[: listing.PAGE]
    return render_template(
        "trail/index.html",
        layout=layout,
        lines=shown,
        older=shown[-1].seq if more else None,
        length=listing.length(session),
        site=site,
        chips=_chips(asked),
        deeds=DEEDS.items(),
        kinds=OBJECTS.items(),
        words=words,
        kind=kind,
        told=details.told,
        roles={role.value: role.label for role in Role},
        rooms=layout.endswith("room.html"),
        shown={name: value for name, value in request.args.items() if value and name != "before"},
    )


def _chips(asked: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    labels: dict[str, Callable[[Any], Message]] = {
        "deed": words,
        "kind": kind,
        "object": lambda value: _("对象 {id}", id=value),
        "actor": lambda value: _("同一人"),
    }
    return [(called(asked[name]).render(), name, asked[name]) for name, called in labels.items() if asked.get(name)]


def _workbook() -> Response:
    asked = inputs.query(Asked())
    found = listing.lines(db(), asked, listing.MOST)[: listing.MOST]
    data = exporting.workbook(found)
    audit.record(db(), actor(), "trail.exported", "trail", "xlsx", rows=len(found))
    return xlsx(data, f"trail-{clock.today().isoformat()}.xlsx")


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
