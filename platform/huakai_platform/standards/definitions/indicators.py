"""Indicators with their metrics, age sets, grades and deadlines."""

from marshmallow import fields

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.kernel.fields import Choice, Code, Flag, Int, Number, Strict
from huakai_platform.standards.definitions.parts import SET, DocumentShape, Entry, Sourced, Titled, by_code, listed


class Years(Sourced):
    """A span of operation: `below` and `above` leave their year out, `from` and `to` take it in."""

    below = Int(0, 100)
    above = Int(0, 100)
    since = Int(0, 100, data_key="from")
    until = Int(0, 100, data_key="to")


class AgeSet(Titled):
    code = Code(SET, required=True)
    years = fields.Nested(Years, required=True)


class Grade(Entry):
    at_least = Number(0, 100, required=True)


class Deadline(Entry):
    days = Int(1, 3660, required=True)


class Dimension(Entry):
    weights = by_code(SET, most=100)


class Metric(Titled):
    unit = Choice(["percent", "count", "months", "hours"], required=True)


class Band(Strict):
    at_least = Number(0)
    at_most = Number(0)
    share = Int(0, 100, required=True)


class Indicator(Sourced):
    code = Code(required=True)
    dimension = Code(required=True)
    metric = Code(required=True)
    direction = Choice(["higher", "lower"])
    core = Flag()
    text = LocalizedText(required=True)
    points = by_code(SET, most=100)
    bands = listed(Band)
    evidence = LocalizedText(required=True)


class IndicatorsShape(DocumentShape):
    sets = listed(AgeSet)
    grades = listed(Grade)
    rectification = listed(Deadline)
    dimensions = listed(Dimension)
    metrics = listed(Metric)
    indicators = listed(Indicator)
