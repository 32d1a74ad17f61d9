"""What answers about checklists hold."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from huakai_platform.kernel.fields import Checked
from huakai_platform.kernel.i18n import _
from huakai_platform.web import api
from huakai_tenants.checklists.service import Sheet

LONGEST = 4000


class Answer(Checked[Any]):
    """What a program answers to an item: a text, a number, yes or no, or a list of options; the item judges it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) <= 200 and all(isinstance(one, str) for one in value):
            return value
        if isinstance(value, str | int | float) and len(str(value)) <= LONGEST:
            return value
        raise ValidationError(_("格式不对"))


class Title(api.Shape):
    zh = fields.String()
    en = fields.String()


class Due(api.Shape):
    code = fields.String()
    title = fields.Nested(Title)
    period = fields.String()
    period_start = fields.Date()
    due_on = fields.Date()
    total = fields.Integer()
    answered = fields.Integer()
    run_id = fields.UUID(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)
    state = fields.String()


class RunRow(api.Shape):
    id = fields.UUID()
    code = fields.String()
    period_start = fields.Date()
    due_on = fields.Date()
    completed_at = fields.DateTime(allow_none=True)
    score = fields.Dict(keys=fields.String(), allow_none=True)


class ProofFile(api.Shape):
    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()


class Item(api.Shape):
    code = fields.String()
    kind = fields.String()
    text = fields.Nested(Title)
    core = fields.Boolean()
    required = fields.Boolean()
    options = fields.List(fields.String())
    value = fields.Raw(allow_none=True)
    note = fields.String(allow_none=True)
    version = fields.Integer(metadata=api.about("0 为未填 0 for none."))
    answered_by = fields.String(allow_none=True)
    answered_at = fields.DateTime(allow_none=True)
    files = fields.List(fields.Nested(ProofFile))


class Missing(api.Shape):
    item = fields.String()
    message = fields.String()


class Score(api.Shape):
    points = fields.String()
    possible = fields.String()
    percent = fields.String(allow_none=True)
    failed = fields.List(fields.String())
    failed_core = fields.List(fields.String())


class Run(api.Shape):
    id = fields.UUID()
    code = fields.String()
    title = fields.Nested(Title)
    edition_id = fields.UUID()
    period_start = fields.Date()
    due_on = fields.Date()
    completed_at = fields.DateTime(allow_none=True)
    completed_by = fields.String(allow_none=True)
    score = fields.Nested(Score)
    missing = fields.List(fields.Nested(Missing))
    items = fields.List(fields.Nested(Item))


class Saved(api.Shape):
    item = fields.String()
    version = fields.Integer()


class AttachmentMade(api.Shape):
    id = fields.UUID(allow_none=True)


def sheet_of(sheet: Sheet) -> dict[str, Any]:
    run, score = sheet.run, sheet.score
    return {
        **{name: getattr(run, name) for name in ("id", "code", "edition_id", "period_start", "due_on", "completed_at")},
        "title": _title(sheet.definition.title),
        "completed_by": sheet.completed_by,
        "score": {
            "points": score.points,
            "possible": score.possible,
            "percent": score.percent,
            "failed": list(score.failed),
            "failed_core": list(score.failed_core),
        },
        "missing": [{"item": one.item, "message": api.said(one.message)} for one in sheet.missing],
        "items": [_item(sheet, item) for item in sheet.definition],
    }


def _item(sheet: Sheet, item: Any) -> dict[str, Any]:
    given = sheet.answers.get(item.code)
    return {
        "code": item.code,
        "kind": item.kind,
        "text": _title(item.text),
        "core": item.core,
        "required": item.required,
        "options": [option.code for option in item.options],
        "value": given.value if given else None,
        "note": given.note if given else None,
        "version": given.version if given else 0,
        "answered_by": given.by if given else None,
        "answered_at": given.at if given else None,
        "files": [
            {"id": file_id, "name": name, "media_type": media}
            for file_id, name, media in sheet.files.get(item.code, [])
        ],
    }


def _title(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
