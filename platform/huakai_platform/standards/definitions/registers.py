"""Registers: what an entry holds, who writes it, how long it is kept, and what is counted of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from huakai_platform.forms.definitions import FILES, NUMBERS
from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import ITEM_CODE, ItemShape, SectionShape, Tupled
from huakai_platform.kernel.access import CONSOLE, ROOM, Role
from huakai_platform.kernel.fields import Choice, Code, Flag, Int
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.definitions.parts import TIER, DocumentShape, Sourced, Titled, listed

LEVELS = ("site", "institution")
PRIVACY = ("open", "staff", "confidential")
COUNTS = ("entries", "sum")
WRITERS: Mapping[str, frozenset[Role]] = {"site": ROOM - {Role.VOLUNTEER}, "institution": CONSOLE - {Role.AUDITOR}}
SHORT = r"[a-z](?:[a-z0-9_]{0,30}[a-z0-9])?"
"""Codes that become part of a metric's name."""


class Keeping(Sourced):
    """How long an entry is kept after its day."""

    months = Int(1, 1200, required=True)


class RowsShape(Titled):
    """Rows that an entry holds of its own, as the units that handle a proposal."""

    code = Code(SHORT, required=True)
    items = Tupled(fields.Nested(ItemShape), required=True)


class RegisterMetric(Titled):
    """Entries of a month, or the sum of one number of theirs; only those where an item says a word, if it is named."""

    code = Code(SHORT, required=True)
    unit = LocalizedText(required=True)
    counting = Choice(COUNTS, required=True)
    item = Code(ITEM_CODE)
    where_item = Code(ITEM_CODE)
    where_is = Code(ITEM_CODE)
    share_of = Code(SHORT)
    """Of which other metric this one is also shown as a percentage."""


class RegisterShape(DocumentShape):
    code = Code(SHORT, required=True)
    level = Choice(LEVELS, required=True)
    privacy = Choice(PRIVACY, required=True)
    tiers = Tupled(Code(TIER))
    writers = Tupled(Choice([role.value for role in Role]), required=True)
    keep = fields.Nested(Keeping, required=True)
    reviewed = Flag()
    """Whether an entry is counted, and read by others than the writers, only once a second person has reviewed it."""
    anonymous = Flag()
    """Whether its texts may hold neither telephone nor identity numbers."""
    cites = Code(ITEM_CODE)
    """The item, a text, that names a source of the standard; an entry is shown with what rests on that."""
    dated = Code(ITEM_CODE, required=True)
    """The item, a date, by which an entry belongs to a month."""
    sections = Tupled(fields.Nested(SectionShape), required=True)
    rows = listed(RowsShape)
    metrics = listed(RegisterMetric)

    @validates_schema(skip_on_field_errors=True)
    def hold_together(self, data: dict[str, Any], **_kwargs: Any) -> None:
        for name, problem in _problems(data):
            raise ValidationError(problem, name)


def _problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    items = {item.code: item for section in data["sections"] for item in section.items}
    if len(items) != sum(len(section.items) for section in data["sections"]):
        yield "sections", _("同一项出现了两次")
    if any(item.kind in FILES for item in items.values()):
        yield "sections", _("登记簿里不放照片和文件")
    if (day := items.get(data["dated"])) is None or day.kind != "date" or not day.required:
        yield "dated", _("要是一个必填的日期项")
    if "cites" in data and ((cited := items.get(data["cites"])) is None or cited.kind != "text"):
        yield "cites", _("要是一个文字项")
    if data["level"] == "institution" and data["privacy"] == "confidential":
        yield "privacy", _("保密的登记簿只在站点")
    if not data["writers"] or not set(data["writers"]) <= {role.value for role in WRITERS[data["level"]]}:
        yield "writers", _("这一级没有这样的身份，或者没有人可以登记")
    if data.get("anonymous") and data["rows"]:
        yield "rows", _("不记名的登记簿没有明细")
    for rows in data["rows"]:
        if not rows["items"] or any(item.kind in FILES or item.kind == "choices" for item in rows["items"]):
            yield "rows", _("明细里要有项目，不能是多选、照片或文件")
    yield from _of_metrics(data["metrics"], items)


def _of_metrics(metrics: Any, items: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    codes = [one["code"] for one in metrics]
    for one in metrics:
        summed, where = items.get(one.get("item", "")), items.get(one.get("where_item", ""))
        if codes.count(one["code"]) > 1:
            yield "metrics", _("代码重复：{codes}", codes=one["code"])
        if (one["counting"] == "sum") != (summed is not None and summed.kind in NUMBERS):
            yield "metrics", _("求和要指明一个数字项，计数不要")
        if ("where_item" in one) != ("where_is" in one) or (where is None and "where_item" in one):
            yield "metrics", _("条件要指明一项和它的答案")
        if "share_of" in one and one["share_of"] not in codes:
            yield "metrics", _("找不到 {code}", code=one["share_of"])
