"""A definition that asks something, as the form that people will see."""

from collections.abc import Mapping
from typing import Any

from huakai_platform import forms
from huakai_platform.forms.localized import Localized

FORMS = frozenset({"checklist", "register", "survey"})
"""Kinds whose questions are written as those of a form."""
STATEMENTS = Localized("请按实际情况选择", "Choose what applies")


def form(body: Mapping[str, Any]) -> forms.Definition | None:
    """The questions of a definition; None where its kind asks nothing."""
    if body["kind"] in FORMS:
        known = ("kind", "code", "title", "help", "tiers", "sections", "period", "due")
        return forms.definition({name: body[name] for name in known if name in body})
    if body["kind"] == "scale":
        title = {"zh": STATEMENTS.zh, "en": STATEMENTS.en}
        items = [question(item, body["options"]) for item in body["items"]]
        about = {name: body[name] for name in ("kind", "code", "title", "help") if name in body}
        return forms.definition({**about, "sections": [{"code": "items", "title": title, "items": items}]})
    return None


def question(item: Mapping[str, Any], options: Any) -> dict[str, Any]:
    """An item of a scale as the question that it is, in the words of a form."""
    offered = [{"code": one["code"], "text": one["text"]} for one in options]
    asked = {name: item[name] for name in ("code", "text", "help", "source", "proposed") if name in item}
    return {**asked, "kind": "choice", "options": offered}
