"""What answers about long work and the queue hold; the document of the API names them after where they stand."""

from marshmallow import fields

from huakai_platform.kernel.operations import Ending, ItemState
from huakai_platform.web import api


class OperationRow(api.Shape):
    id = fields.UUID()
    title = fields.String()
    created_at = fields.DateTime()


class Standing(OperationRow):
    ending = fields.String(metadata={"enum": list(Ending)})
    total = fields.Integer()
    done = fields.Integer()
    failed = fields.Integer()
    cancelled = fields.Integer()
    waiting = fields.Integer()


class Item(api.Shape):
    position = fields.Integer()
    site_id = fields.UUID(allow_none=True)
    label = fields.String()
    state = fields.String(metadata={"enum": list(ItemState)})
    error = fields.String(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)


class Message(api.Shape):
    tenant_id = fields.UUID()
    id = fields.UUID()
    topic = fields.String()
    attempts = fields.Integer()
    next_at = fields.DateTime()
    dead_at = fields.DateTime(allow_none=True)
    error = fields.String(allow_none=True)
    site = fields.String(allow_none=True)


class Jobs(api.Shape):
    waiting = fields.Integer()
    due = fields.Integer()
    dead = fields.Integer()
    workers = fields.Integer()
    troubled = fields.List(fields.Nested(Message))
