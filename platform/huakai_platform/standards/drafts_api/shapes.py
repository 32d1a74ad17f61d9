"""What drafts are asked with and answered as."""

from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.fields import Strict, Text
from huakai_platform.standards import drafts
from huakai_platform.standards.drafts import State
from huakai_platform.web import api
from huakai_platform.web.api.answers import said
from huakai_platform.web.api.uploads import Upload
from huakai_platform.web.context import actor, db

NAMES = (
    "id", "base_id", "title", "state", "reason", "created_at", "submitted_at", "decided_at", "edition_id",
)  # fmt: skip


class TitleGiven(Strict):
    zh = Text(max_length=60, required=True)
    en = Text(max_length=120, required=True)


class Reason(Strict):
    reason = Text(min_length=2, max_length=500, multiline=True, required=True)


class EditionSent(Strict):
    file = Upload(required=True)


class DefinitionGiven(Strict):
    body = fields.Dict(
        keys=fields.String(), required=True, metadata=api.about("整项定义，形状与所读的一样 The whole, as it is read.")
    )


class DraftRow(api.Shape):
    id = fields.UUID()
    base_id = fields.UUID(metadata=api.about("以哪一版为基础 The edition it starts from."))
    title = fields.Dict(keys=fields.String(), values=fields.String())
    state = fields.String(metadata={"enum": list(State)})
    reason = fields.String(allow_none=True, metadata=api.about("退回或放弃的理由 Why it came back or was given up."))
    created_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    edition_id = fields.UUID(allow_none=True, metadata=api.about("发布成的版本 What it was published as."))


class FaultRow(api.Shape):
    definition = fields.String()
    path = fields.String()
    message = fields.String()


class DraftShown(DraftRow):
    faults = fields.List(fields.Nested(FaultRow), metadata=api.about("发布前要改正 What keeps it from publication."))
    publishable = fields.Boolean(metadata=api.about("您能否发布 Whether you are a second person to it."))


class DraftedRow(api.Shape):
    kind = fields.String()
    code = fields.String()
    state = fields.String(metadata={"enum": ["unchanged", "changed", "added", "retired"]})
    version = fields.Integer()


class Drafted(api.Shape):
    body = fields.Dict(keys=fields.String())
    version = fields.Integer()


def shown(draft_id: UUID, status: int = 200, location: str | None = None) -> Response:
    """A draft as DraftShown has it."""
    found = drafts.load(db(), draft_id)
    row = {name: getattr(found.row, name) for name in NAMES}
    faults = [{"definition": one.name, "path": one.path, "message": said(one.message)} for one in found.faults()]
    publishable = found.row.state == State.IN_REVIEW and drafts.may_publish(found, actor())
    return api.answer(row | {"faults": faults, "publishable": publishable}, status, location=location)
