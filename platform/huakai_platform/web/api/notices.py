"""One's own notices for programs, in the console and in a room."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel import notices
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Flag
from huakai_platform.kernel.notices import Notice
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

console = api.Resources("notices", __name__, "自己的通知 One's own notices")
room = api.Resources("room_notices", __name__, "自己在本站的通知 One's own notices in the room", room=True)
NEWEST = api.Order((Notice.created_at, Notice.id), falling=True)


class NoticeRow(api.Shape):
    id = fields.UUID()
    kind = fields.String()
    text = fields.String()
    href = fields.String()
    created_at = fields.DateTime()
    read_at = fields.DateTime(allow_none=True)


class NoticesAsked(api.Paged):
    unread = Flag()


@console.get("/notices")
@guard(Permission.NOTICES_READ)
@console.operation("List notices", "自己的通知，最新在前。", asks=NoticesAsked, gives=api.Listed(NoticeRow))
def listing(asked: Any) -> Response:
    return _page(asked)


@console.post("/notices/<uuid:notice_id>/reading")
@guard(Permission.NOTICES_READ, sample="notice")
@console.operation("Mark a notice as read", "标记一条通知为已读。", status=204)
def read(notice_id: UUID) -> Response:
    return _read(notice_id)


@room.get("/notices")
@guard(Permission.ROOM_NOTICES_READ)
@room.operation(
    "List notices in the room", "自己在本站的通知，最新在前。", asks=NoticesAsked, gives=api.Listed(NoticeRow)
)
def room_listing(asked: Any) -> Response:
    return _page(asked)


@room.post("/notices/<uuid:notice_id>/reading")
@guard(Permission.ROOM_NOTICES_READ, sample="notice")
@room.operation("Mark a notice in the room as read", "标记本站的一条通知为已读。", status=204)
def room_read(notice_id: UUID) -> Response:
    return _read(notice_id)


def _page(asked: Any) -> Response:
    query = notices.own(actor())
    if "unread" in asked:
        query = query.where(Notice.read_at.is_(None) == asked["unread"])
    return api.page(query, NEWEST, asked, _row)


def _row(row: Any) -> dict[str, Any]:
    about = {name: getattr(row, name) for name in ("id", "kind", "href", "created_at", "read_at")}
    return about | {"text": api.said(row.text)}


def _read(notice_id: UUID) -> Response:
    notices.read(db(), actor(), notice_id)
    return api.nothing()
