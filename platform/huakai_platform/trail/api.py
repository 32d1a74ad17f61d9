"""The audit trail for programs: the platform's own chain in the console, a room's own in the room."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.fields import Choice, Date, Id, Text
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.trail import verifying
from huakai_platform.trail.deeds import DEEDS, OBJECTS, words
from huakai_platform.trail.listing import TRAIL, Chain, EntryRow
from huakai_platform.trail.verifying import Fault
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

console = api.Resources("trail", __name__, "审计日志 The audit trail")
room = api.Resources("room_trail", __name__, "本站审计日志 The room's audit trail", room=True)
CONSOLE = frozenset({Role.INSTITUTION_ADMIN, Role.AUDITOR})
LATEST = api.Order((AuditEntry.seq,), falling=True)
FOLLOWED = 50_000


class TrailAsked(api.Paged):
    q = Text(min_length=1, max_length=50)
    actor = Id()
    deed = Choice(DEEDS)
    kind = Choice(OBJECTS)
    object = Text(min_length=1, max_length=100)
    since = Date()
    until = Date()


class Entry(api.Shape):
    seq = fields.Integer()
    at = fields.DateTime()
    actor = fields.UUID(allow_none=True)
    actor_name = fields.String()
    role = fields.String(allow_none=True)
    deed = fields.String()
    said = fields.String()
    object_kind = fields.String()
    object = fields.String()
    detail = fields.Dict(keys=fields.String())
    hash = fields.String()


class Verdict(api.Shape):
    entries = fields.Integer()
    first = fields.Integer()
    last = fields.Integer()
    sound = fields.Boolean()
    broken_at = fields.Integer(allow_none=True)
    fault = fields.String(allow_none=True, metadata={"enum": [*Fault, None]})


@console.get("/trail")
@guard(Permission.TRAIL_READ)
@console.operation("Read the trail", "平台的审计日志，最新在前。", asks=TrailAsked, gives=api.Listed(Entry))
def entries(asked: Any) -> Response:
    return _page(asked)


@console.get("/trail/verification")
@guard(Permission.TRAIL_READ)
@console.operation("Verify the trail", "核验最近的链条，指出第一处断裂。", gives=Verdict)
def verification() -> Response:
    return _verified()


@room.get("/trail")
@guard(Permission.ROOM_TRAIL_READ)
@room.operation("Read the room's trail", "本站的审计日志，最新在前。", asks=TrailAsked, gives=api.Listed(Entry))
def room_entries(asked: Any) -> Response:
    return _page(asked)


@room.get("/trail/verification")
@guard(Permission.ROOM_TRAIL_READ)
@room.operation("Verify the room's trail", "核验本站最近的链条，指出第一处断裂。", gives=Verdict)
def room_verification() -> Response:
    return _verified()


def _page(asked: Any) -> Response:
    query = lists.unordered_query(TRAIL, actor(), Question(asked), Chain())
    return api.page(query, LATEST, asked, lambda row: _entry(EntryRow(*row[:-1])))


def _entry(row: EntryRow) -> dict[str, Any]:
    names = ("seq", "at", "actor", "actor_name", "role", "deed", "object_kind", "object", "detail")
    said = {name: getattr(row, name) for name in names}
    return said | {"said": words(row.deed).render(), "hash": bytes(row.hash).hex()}


def _verified() -> Response:
    verdict = verifying.verify(db(), most=FOLLOWED)
    told = {name: getattr(verdict, name) for name in ("entries", "first", "last")}
    broken = verdict.broken
    told |= {"sound": broken is None, "broken_at": broken and broken.seq, "fault": broken and broken.fault}
    return api.answer(told)
