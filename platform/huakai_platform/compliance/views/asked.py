"""What the pages are asked with, and the context that console and room share."""

from datetime import date
from typing import Any

from flask import request

from huakai_platform.compliance import words
from huakai_platform.compliance.assessing import Assessed
from huakai_platform.compliance.evidence import show
from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Date, Form, Page, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import service as standards
from huakai_platform.standards.words import titles
from huakai_platform.web.context import db

ROWS = 50


class DayQuery(Form):
    on = Date()


class EvidenceQuery(DayQuery):
    page = Page()


class PageQuery(Form):
    page = Page()


class Seal(Form):
    on = Date(required=True)
    confirm = Text(max_length=60, load_default="")


def day_of(asked: Any) -> date:
    """The date that is asked for, today without one. Raises Invalid for one to come."""
    today = clock.today()
    day: date = asked.get("on") or today
    if day > today:
        raise Invalid(_("评估日不能晚于今天。"), {"on": [_("评估日不能晚于今天。")]})
    return day


def score_context(found: Assessed) -> dict[str, Any]:
    """What a page of a score shows."""
    groups = [
        (one, found.title("dimensions", one.code), [line for line in found.result.lines if line.dimension == one.code])
        for one in found.result.dimensions
    ]
    texts = {one["code"]: one["text"] for one in found.subject.definition["indicators"]}
    return {
        "found": found,
        "groups": groups,
        "texts": texts,
        "words": words,
        "today": clock.today(),
        "shown": {"on": request.args["on"]} if request.args.get("on") else {},
    }


def evidence_context(found: Assessed, code: str, page: int) -> dict[str, Any]:
    """What a page of evidence shows: the indicator, its bands, and its rows a page at a time."""
    line = found.line(code)
    measured = found.measured(line)
    pages = max(1, -(-len(measured.evidence) // ROWS))
    page = min(page, pages)
    named = titles(standards.bodies(db(), found.subject.edition_id))
    chosen = measured.evidence[(page - 1) * ROWS : page * ROWS]
    return score_context(found) | {
        "line": line,
        "indicator": found.indicator(code),
        "measured": measured,
        "rows": [show(one, named) for one in chosen],
        "page": page,
        "pages": pages,
        "total": len(measured.evidence),
    }
