"""What each page is for, what one can do there and what its words mean: data, shown in a drawer or as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, current_app, render_template, request
from flask_babel import get_locale

import huakai_templates
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.fields import Form, Text
from huakai_platform.web import inputs
from huakai_platform.web.access import access_of
from huakai_platform.web.context import actor, guard

FOLDER = Path(huakai_templates.__file__).parent / "help"
GLOSSARY = "glossary"

blueprint = Blueprint("help", __name__)


@dataclass(frozen=True)
class Topic:
    """One page's help in one language; `terms` are words with their meaning."""

    endpoint: str
    title: str
    about: str
    can: Sequence[str]
    terms: Sequence[tuple[str, str]]

    @property
    def anchor(self) -> str:
        return self.endpoint.replace(".", "-")


class Asked(Form):
    page = Text(max_length=80)


@blueprint.get("/help")
@guard(Permission.SELF)
def index() -> str:
    """Everything that one's role can need; for the drawer only what belongs to the page behind it."""
    page, language = inputs.query(Asked()).get("page", ""), "en" if str(get_locale()) == "en" else "zh"
    here = topic(page, language) if _within_reach(actor(), page) else None
    if request.headers.get("HX-Target") == "drawer-body":
        return render_template("help/_topic.html", topic=here, page=page)
    shown = [one for name in topics() if _within_reach(actor(), name) and (one := topic(name, language))]
    return render_template("help/index.html", here=here, topics=shown, glossary=_words(list(glossary()), language))


def topic(endpoint: str, language: str) -> Topic | None:
    """The help of a page; None where there is none. What all lists have alike is said once, by the endpoint's end."""
    found = next((topics()[name] for name in (endpoint, *_ends(endpoint)) if name in topics()), None)
    if found is None:
        return None
    said = found[language]
    return Topic(endpoint, said[0], said[1], said[2:], _words(found.get("terms", []), language))


@cache
def topics() -> Mapping[str, Mapping[str, Any]]:
    """Every page's help by endpoint: for each language the title, what it is for, then what one can do."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        if file.stem != GLOSSARY:
            found |= _read(file)
    return found


@cache
def glossary() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Words of the trade by code: for each language the word and its meaning."""
    return _read(FOLDER / f"{GLOSSARY}.yaml")


def _read(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


def _words(codes: Sequence[str], language: str) -> list[tuple[str, str]]:
    return [(said[0], said[1]) for code in codes for said in [glossary()[code][language]]]


def _ends(endpoint: str) -> tuple[str, str]:
    """Its part behind the blueprint, and the last word of that."""
    return endpoint.rpartition(".")[2], endpoint.rpartition("_")[2]


def _within_reach(person: Actor, endpoint: str) -> bool:
    """Whether somebody may open this page, or any of the pages that share a topic."""
    known = current_app.view_functions
    pages = [endpoint] if endpoint in known else [one for one in known if endpoint in _ends(one)]
    asked = (access_of(current_app, page).permission for page in pages)
    return any(permission is None or person.can(permission) for permission in asked)
