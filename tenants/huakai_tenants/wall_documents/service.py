"""What must hang on the wall, shown by dated photographs that grow old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import Pinned, find
from huakai_tenants.premises import photos
from huakai_tenants.premises.photos import Latest
from huakai_tenants.wall_documents.models import WallDocument

SOON = 30
"""Days before a photograph grows too old from which that is said."""
STATES: dict[str, Message] = {
    "missing": _("没有照片"),
    "outdated": _("照片已过期"),
    "soon": _("即将到期"),
    "current": _("有效"),
}


@dataclass(frozen=True)
class Hung:
    """A document of the edition's list with its newest photograph, as it stood on a day."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    core: bool
    id: UUID | None
    note: str | None
    photo: Latest | None
    until: date | None
    """The last day on which the photograph is good."""
    state: str


def standings(session: Session, day: date) -> list[Hung]:
    """Every document of the list in its order, in as many statements for many as for few; none without an edition."""
    here = find(session)
    if here is None:
        return []
    rows = {row.code: row for row in session.scalars(select(WallDocument))}
    return _standings(session, here, rows, photos.latest(session, "wall_document", by=day), day)


def unseen(session: Session, room: Pinned, day: date) -> list[Hung]:
    """The same of a room that has shown nothing yet, without reading it."""
    return _standings(session, room, {}, {}, day)


def _standings(
    session: Session, room: Pinned, rows: Mapping[str, WallDocument], newest: Mapping[UUID, Latest], day: date
) -> list[Hung]:
    body = standards.body(session, room.edition_id, "wall_documents")
    days = int(body["validity"]["days"])
    return [_hung(one, rows.get(one["code"]), newest, days, day) for one in body["documents"]]


def outdated(session: Session, day: date) -> list[Hung]:
    """The documents without a photograph, or with one that is too old."""
    return [one for one in standings(session, day) if one.state in ("missing", "outdated")]


def counts(session: Session, day: date) -> dict[str, int]:
    """Documents that must hang there, and those with a good photograph; nothing without an edition."""
    if find(session) is None:
        return {}
    return counted(standings(session, day))


def counted(hung: Sequence[Hung]) -> dict[str, int]:
    current = sum(one.state in ("soon", "current") for one in hung)
    return {"wall_documents_required": len(hung), "wall_documents_current": current}


def get(session: Session, code: str, day: date) -> Hung:
    """One document of the list. Raises NotFound."""
    if found := next((one for one in standings(session, day) if one.code == code), None):
        return found
    raise NotFound(_("标准中没有这份上墙文件。"))


def show(
    session: Session, actor: Actor, code: str, content: bytes, *, taken_on: date | None = None, note: str | None = None
) -> UUID:
    """Keep a photograph of a document of the list. Raises NotFound, FileRefused, or Invalid for a day to come."""
    get(session, code, clock.today())
    row = _held(session, code)
    if note:
        row.note = note
    session.flush()
    return photos.attach(session, actor, "wall_document", row.id, content, taken_on=taken_on)


def _held(session: Session, code: str) -> WallDocument:
    about = {"tenant_id": tenancy.current(session), "id": uuid7(), "code": code, "created_at": clock.now()}
    session.execute(_HANG, [about])
    return session.scalars(select(WallDocument).where(WallDocument.code == code).with_for_update()).one()


_HANG = upsert(table(WallDocument)).on_conflict_do_nothing(constraint="wall_document_tenant_id_code_key")


def _hung(
    one: Mapping[str, Any], row: WallDocument | None, newest: Mapping[UUID, Latest], days: int, day: date
) -> Hung:
    photo = newest.get(row.id) if row else None
    until = photo.taken_on + timedelta(days=days) if photo else None
    return Hung(
        one["code"],
        one["title"],
        one.get("text") or {},
        bool(one.get("core")),
        row.id if row else None,
        row.note if row else None,
        photo,
        until,
        _state(until, day),
    )


def _state(until: date | None, day: date) -> str:
    if until is None:
        return "missing"
    if until < day:
        return "outdated"
    return "soon" if until < day + timedelta(days=SOON) else "current"
