"""The one forms engine: a definition of questions becomes a schema, a page, a workbook and a score."""

from huakai_platform.forms.answers import Answer, check, schema
from huakai_platform.forms.cells import from_cell, words, written
from huakai_platform.forms.definitions import Definition, Due, Evidence, Item, Option, PassRule, Section
from huakai_platform.forms.jsonschema import json_schema
from huakai_platform.forms.localized import Localized, LocalizedText
from huakai_platform.forms.periods import Works, due, on_weekdays, starts
from huakai_platform.forms.scoring import Problem, Score, evidence_due, missing, passed, score
from huakai_platform.forms.shapes import definition
from huakai_platform.forms.workbook import HEADINGS, workbook

__all__ = [
    "HEADINGS",
    "Answer",
    "Definition",
    "Due",
    "Evidence",
    "Item",
    "Localized",
    "LocalizedText",
    "Option",
    "PassRule",
    "Problem",
    "Score",
    "Section",
    "Works",
    "check",
    "definition",
    "due",
    "evidence_due",
    "from_cell",
    "json_schema",
    "missing",
    "on_weekdays",
    "passed",
    "schema",
    "score",
    "starts",
    "words",
    "workbook",
    "written",
]
