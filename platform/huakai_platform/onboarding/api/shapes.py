"""What answers about sites hold."""

from collections.abc import Iterable

from marshmallow import fields

from huakai_platform.kernel.sites import SiteKind, SiteState
from huakai_platform.onboarding.register import Ownership, Tier
from huakai_platform.web import api


def _one_of(kind: Iterable[str], *, allow_none: bool = False) -> fields.String:
    return fields.String(allow_none=allow_none, metadata={"enum": [*kind, *([None] if allow_none else [])]})


class SiteRow(api.Shape):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    kind = _one_of(SiteKind)
    tier = _one_of(Tier)
    state = _one_of(SiteState)
    region_code = fields.String()
    place_code = fields.String()
    community = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    area = fields.String(allow_none=True)
    ownership = _one_of(Ownership, allow_none=True)
    host = fields.String(allow_none=True)
    operator = fields.String(allow_none=True)
    weekly_hours = fields.String(allow_none=True)
    operating_since = fields.Date(allow_none=True)
    opened_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class Place(api.Shape):
    code = fields.String()
    name = fields.String()


class Event(api.Shape):
    at = fields.DateTime()
    from_state = _one_of(SiteState, allow_none=True)
    to_state = _one_of(SiteState)
    reason = fields.String(allow_none=True)
    by = fields.String(allow_none=True)


class SiteWhole(SiteRow):
    edition_id = fields.UUID(allow_none=True)
    note = fields.String(allow_none=True)
    created_at = fields.DateTime()
    path = fields.List(fields.Nested(Place))
    members = fields.Integer()
    history = fields.List(fields.Nested(Event))


class Step(api.Shape):
    to = _one_of(SiteState)
    label = fields.String()
    needs_reason = fields.Boolean()
    asks = fields.List(fields.String())
    effects = fields.List(fields.String())


class Moved(api.Shape):
    site_id = fields.UUID()
    state = _one_of(SiteState)
    version = fields.Integer()
    operation_id = fields.UUID(allow_none=True)


class Begun(api.Shape):
    operation_id = fields.UUID()
    total = fields.Integer()


class Standing(api.Shape):
    state = _one_of(SiteState)
    label = fields.String()
    count = fields.Integer()


class Board(api.Shape):
    total = fields.Integer()
    states = fields.List(fields.Nested(Standing))
