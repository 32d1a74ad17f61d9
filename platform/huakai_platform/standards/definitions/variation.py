"""What a site may change of its edition, and how far; everything else is fixed."""

from marshmallow import fields

from huakai_platform.kernel.fields import Choice, Code, Flag, Int
from huakai_platform.standards.definitions.parts import TIER, DocumentShape, Entry, Sourced, codes, listed


class ExtraItems(Sourced):
    most = Int(0, 50, required=True)
    checklists = codes()


class Threshold(Entry):
    checklist = Code(required=True)
    item = Code(required=True)
    bound = Choice(["at_least", "at_most", "count"], required=True)


class LocalNames(Sourced):
    spaces = Flag()
    posts = Flag()


class OpeningOfTier(Sourced):
    tier = Code(TIER, required=True)
    counted = Choice(["hours", "days"], required=True)


class VariationShape(DocumentShape):
    extra_items = fields.Nested(ExtraItems, required=True)
    thresholds = listed(Threshold)
    local_names = fields.Nested(LocalNames, required=True)
    opening = listed(OpeningOfTier)
