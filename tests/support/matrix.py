"""What the matrices of pages and of the API share: one question, its relations, an answer made comparable."""

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from huakai_platform.kernel.access import Role
from tests.support.routes import Route
from tests.support.samples import SAMPLES
from tests.support.worlds import Relation

ASKED_BACK = frozenset({400, 409, 422})
"""What an empty or an inapt write may be answered with by a route that one may use."""


@dataclass(frozen=True)
class Cell:
    """One question to one route, and which answers are right."""

    who: str
    method: str
    relation: Relation
    right: frozenset[int]


def relations(route: Route, who: str, method: str) -> list[Relation]:
    """The relations that can be told apart for this person."""
    if route.sample is None or method == "HEAD":
        return [Relation.OWN]
    sample = SAMPLES[route.sample]
    hidden = [one for one in Relation if one in sample.hidden]
    if who not in {Role.REGIONAL_OFFICE, Role.AUDITOR}:
        hidden = [one for one in hidden if one is not Relation.BEYOND]
    return [Relation.OWN, *hidden, *([Relation.MISSING] if sample.missing else [])]


def masked(answer: TestResponse, path: str) -> tuple[Any, ...]:
    """An answer without what differs between any two: its number, its token and the address itself."""
    text = answer.text.replace(answer.headers["X-Request-Id"], "#")
    text = re.sub(r'(X-CSRFToken": "|name="csrf_token" value=")[^"]+', r"\1#", text.replace(path, "#"))
    varying = {"X-Request-Id", "Set-Cookie", "Date"}
    return answer.status, text, sorted((k, v) for k, v in answer.headers.items() if k not in varying)
