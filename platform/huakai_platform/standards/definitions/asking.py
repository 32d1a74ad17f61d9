"""What people are asked: scales, whose answers add up to scores with bands, and surveys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from huakai_platform.forms.definitions import FILES
from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import ITEM_CODE, SectionShape, Tupled
from huakai_platform.kernel.fields import Choice, Code, Flag, Int, Number
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.definitions.parts import DocumentShape, Entry, Sourced, Titled, listed

AUDIENCES = ("visitor", "resident", "staff", "partner")
SEVERITIES = ("none", "mild", "moderate", "severe")
MOST_TOTALS = 20_000


class Window(Sourced):
    """About how many days back is asked."""

    days = Int(1, 3660, required=True)


class Ages(Sourced):
    """For whom it was made, in years."""

    at_least = Int(0, 120)
    at_most = Int(0, 120)


class Licence(Sourced):
    """On which terms it may be used; `import_only` where its words must be bought and are not written here."""

    terms = LocalizedText(required=True)
    import_only = Flag()


class Answer(Sourced):
    """One answer that every item offers."""

    code = Code(ITEM_CODE, required=True)
    text = LocalizedText(required=True)
    points = Number(0, 1000, required=True)


class ScaleItem(Sourced):
    """One statement; `urgent_from` are the points from which somebody follows up at once, whatever the total."""

    code = Code(ITEM_CODE, required=True)
    text = LocalizedText(required=True)
    reversed = Flag()
    urgent_from = Number(0, 1000)
    help = LocalizedText()


class Band(Titled):
    """Both ends belong to it; `text` says what to do."""

    low = Number(0, 100_000, required=True)
    high = Number(0, 100_000, required=True)
    severity = Choice(SEVERITIES, required=True)
    urgent = Flag()


class Score(Entry):
    """The sum or mean of some items, of all when none is named, times a factor, cut off after the point if `whole`."""

    counting = Choice(("sum", "mean"), required=True)
    of = Tupled(Code(ITEM_CODE))
    factor = Number(0, 1000)
    whole = Flag()
    higher_is = Choice(("worse", "better"), required=True)
    bands = listed(Band)


class ScaleShape(DocumentShape):
    window = fields.Nested(Window)
    ages = fields.Nested(Ages)
    licence = fields.Nested(Licence, required=True)
    options = listed(Answer)
    items = listed(ScaleItem)
    scores = listed(Score)

    @validates_schema(skip_on_field_errors=True)
    def hold_together(self, data: dict[str, Any], **_kwargs: Any) -> None:
        for name, problem in _of_scale(data):
            raise ValidationError(problem, name)


class SurveyShape(DocumentShape):
    """Questions as a checklist asks them; none is judged."""

    audience = Choice(AUDIENCES, required=True)
    anonymous = Flag()
    sections = Tupled(fields.Nested(SectionShape), required=True)

    @validates_schema(skip_on_field_errors=True)
    def hold_together(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if problem := _of_survey(data):
            raise ValidationError(problem, "sections")


def totals(points: Sequence[Decimal], items: Sequence[Mapping[str, Any]], score: Mapping[str, Any]) -> list[Fraction]:
    """Every value that a score may take, the least first. Raises ValueError where those are too many to look at."""
    low, high = min(points), max(points)
    reached = {Fraction(0)}
    for item in items:
        mine = [low + high - one if item.get("reversed") else one for one in points]
        reached = {total + Fraction(one) for total in reached for one in mine}
        if len(reached) > MOST_TOTALS:
            raise ValueError(len(reached))
    by = Fraction(score.get("factor", 1)) / (len(items) if score["counting"] == "mean" else 1)
    found = {total * by for total in reached}
    return sorted({Fraction(floor(one)) for one in found} if score.get("whole") else found)


def scored(score: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items that a score counts."""
    return [one for one in items if not score.get("of") or one["code"] in score["of"]]


def _of_scale(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("options", "items", "scores"):
        if doubled := _doubled(one["code"] for one in data[name]):
            yield name, _("代码重复：{codes}", codes=doubled)
        if len(data[name]) < (2 if name == "options" else 1):
            yield name, _("至少要有两个选项、一项和一个得分")
            return
    points, codes = [one["points"] for one in data["options"]], {one["code"] for one in data["items"]}
    for item in data["items"]:
        if item.get("urgent_from", points[0]) > max(points):
            yield "items", _("{code}：没有这么高的分值", code=item["code"])
    for score in data["scores"]:
        if lost := [code for code in score.get("of", ()) if code not in codes]:
            yield "scores", _("{code}：找不到 {item}", code=score["code"], item=lost[0])
        elif problem := _of_bands(score, points, scored(score, data["items"])):
            yield "scores", problem


def _of_bands(score: Mapping[str, Any], points: Sequence[Decimal], items: Sequence[Mapping[str, Any]]) -> str | None:
    """Every value that the score may take lies in one band, and every band holds one; no bands at all are fine."""
    bands = score["bands"]
    if not bands:
        return None
    try:
        values = totals(points, items, score)
    except ValueError:
        return _("{code}：可能的得分太多，请先取整", code=score["code"])
    if any(one["low"] > one["high"] for one in bands) or any(a["high"] >= b["low"] for a, b in pairwise(bands)):
        return _("{code}：区间要从低到高，互不重叠", code=score["code"])
    for value in values:
        if not any(one["low"] <= value <= one["high"] for one in bands):
            return _("{code}：得分 {value} 不在任何区间里", code=score["code"], value=_plain(value))
    for one in bands:
        if not any(one["low"] <= value <= one["high"] for value in values):
            return _("{code}：得分到不了区间 {band}", code=score["code"], band=one["code"])
    return None


def _plain(value: Fraction) -> str:
    return f"{float(value):g}"


def _of_survey(data: Mapping[str, Any]) -> str | None:
    items = [item for section in data["sections"] for item in section.items]
    if not items:
        return _("每个分区至少要有一项")
    if doubled := _doubled(item.code for item in items):
        return _("代码重复：{codes}", codes=doubled)
    if any(item.kind in FILES for item in items):
        return _("问卷里不放照片和文件")
    if any(item.core or item.weight or item.passes for item in items):
        return _("问卷的题目不判断是否合格")
    return None


def _doubled(codes: Iterable[str]) -> str | None:
    known: set[str] = set()
    for code in codes:
        if code in known:
            return code
        known.add(code)
    return None
