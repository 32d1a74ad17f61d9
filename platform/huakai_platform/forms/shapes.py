"""The shape of a definition as data, checked and made into the typed one."""

from typing import Any, TypeVar

from marshmallow import ValidationError, fields, post_load, validates_schema

from huakai_platform.forms import definitions as typed
from huakai_platform.forms.localized import LocalizedText
from huakai_platform.kernel.fields import Checked, Choice, Code, Flag, Int, Many, Number, Strict
from huakai_platform.kernel.i18n import _, listed

T = TypeVar("T")
SOURCE = r"S[1-9][0-9]{0,2}[a-z]?|seed[1-9]"
ITEM_CODE = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


class Sources(Checked[tuple[str, ...]]):
    """One source id (`S9`) or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        given = value if isinstance(value, list) else [value]
        if not given:
            raise ValidationError(_("请写明来源编号，例如 S9"))
        return tuple(Code(SOURCE).deserialize(source) for source in given)


class Tupled(Many[T]):
    """A list without doubles, kept as a tuple."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        if any(item in found[:place] for place, item in enumerate(found)):
            raise ValidationError(_("同一项出现了两次"))
        return tuple(found)


class Answered(fields.Raw):
    """The answer a rule compares with: a flag or a word."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool | str):
            return value
        raise ValidationError(_("应为是否或代码"))


class OptionShape(Strict):
    code = Code(ITEM_CODE, required=True)
    text = LocalizedText(required=True)
    points = Number(0, 1000)

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Option:
        return typed.Option(**data)


class PassShape(Strict):
    equals = Answered()
    at_least = Number()
    at_most = Number()
    one_of = Tupled(Code(ITEM_CODE))
    all_of = Tupled(Code(ITEM_CODE))

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.PassRule:
        return typed.PassRule(**data)


class EvidenceShape(Strict):
    when = Choice(["never", "on_fail", "always"], required=True)
    what = Choice(["photo", "document"])
    count = Int(1, 10)

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Evidence:
        return typed.Evidence(**data)


class DueShape(Strict):
    at = Code(CLOCK)
    within_days = Int(0, 3660)
    weekdays = Tupled(Int(1, 7))
    day = Int(1, 31)
    source = Sources()
    proposed = Flag()

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Due:
        return typed.Due(**{name: value for name, value in data.items() if name not in ("source", "proposed")})


class ItemShape(Strict):
    code = Code(ITEM_CODE, required=True)
    text = LocalizedText(required=True)
    kind = Choice(typed.KINDS, required=True)
    required = Flag()
    core = Flag()
    weight = Number(0, 1000)
    unit = LocalizedText()
    min = Number()
    max = Number()
    options = Tupled(fields.Nested(OptionShape))
    evidence = fields.Nested(EvidenceShape)
    passes = fields.Nested(PassShape, data_key="pass")
    not_applicable = Flag()
    help = LocalizedText()
    tiers = Tupled(Code(r"[A-Z0-9]{1,8}"))
    source = Sources()
    proposed = Flag()

    @validates_schema(skip_on_field_errors=True)
    def hold_together(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if problem := _misfit(data):
            raise ValidationError(problem)

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Item:
        return typed.Item(**data)


class SectionShape(Strict):
    code = Code(ITEM_CODE, required=True)
    title = LocalizedText(required=True)
    help = LocalizedText()
    items = Tupled(fields.Nested(ItemShape), required=True)

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Section:
        return typed.Section(**data)


class DefinitionShape(Strict):
    kind = Code(required=True)
    code = Code(required=True)
    title = LocalizedText(required=True)
    help = LocalizedText()
    tiers = Tupled(Code(r"[A-Z0-9]{1,8}"))
    period = Choice(["once", "day", "week", "month"])
    due = fields.Nested(DueShape)
    sections = Tupled(fields.Nested(SectionShape), required=True)

    @validates_schema(skip_on_field_errors=True)
    def name_things_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        sections = data["sections"]
        if not sections or not all(section.items for section in sections):
            raise ValidationError(_("每个分区至少要有一项"), "sections")
        items = [item.code for section in sections for item in section.items]
        for codes in (items, [section.code for section in sections]):
            if doubled := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValidationError(_("代码重复：{codes}", codes=listed(doubled)), "sections")

    @post_load
    def typed(self, data: dict[str, Any], **_kwargs: Any) -> typed.Definition:
        return typed.Definition(**data)


def definition(data: Any) -> typed.Definition:
    """Check a definition and make it typed; raises ValidationError with the path to each fault."""
    made: typed.Definition = DefinitionShape().load(data)
    return made


def _misfit(item: dict[str, Any]) -> str | None:
    kind, rule = item["kind"], item.get("passes")
    options = {option.code for option in item.get("options", ())}
    if (kind in typed.CHOICES) != bool(options):
        return _("选择题要有选项，其他题不能有选项")
    if kind not in typed.NUMBERS and ("min" in item or "max" in item or "unit" in item):
        return _("只有数字题可以有单位和上下限")
    if item.get("min", 0) > item.get("max", item.get("min", 0)):
        return _("下限大于上限")
    if not item.get("source") and not item.get("proposed"):
        return _("要写明来源（source）或标明为自拟（proposed: true）")
    if rule and not _rule_fits(kind, rule, options):
        return _("合格条件与题型不符")
    if (item.get("core") or item.get("weight")) and not _judged(item):
        return _("核心项和计分项要能判断是否合格")
    return None


def _rule_fits(kind: str, rule: typed.PassRule, options: set[str]) -> bool:
    if rule.at_least is not None or rule.at_most is not None:
        return kind in typed.NUMBERS
    if rule.one_of or rule.all_of:
        return kind in typed.CHOICES and options.issuperset(rule.one_of + rule.all_of)
    if kind == "boolean":
        return isinstance(rule.equals, bool)
    return {"yes_no_na": rule.equals in ("yes", "no"), "choice": rule.equals in options}.get(kind, rule.equals is None)


def _judged(item: dict[str, Any]) -> bool:
    """Numbers and choices are judged by a rule or by points; the other kinds have a rule of their own."""
    if item["kind"] in typed.CHOICES:
        return bool(item.get("passes")) or any(option.points is not None for option in item["options"])
    return bool(item.get("passes")) or item["kind"] not in typed.NUMBERS
