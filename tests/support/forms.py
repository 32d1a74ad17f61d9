"""What pages ask for: their forms as a browser sees them, and the schemas that views read them by."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import request
from marshmallow import Schema, fields

from huakai_platform.web import inputs

GOOD = {
    "name": "王小明",
    "phone": "13800000000",
    "email": "somebody@example.com",
    "login_name": "somebody.new",
    "identifier": "nobody",
    "password": "correct horse battery staple 9",
    "repeat": "correct horse battery staple 9",
    "current": "not the present one at all",
    "code": "123456",
    "valid_until": "2027-01-01",
    "valid_from": "2026-01-01",
    "region": "洛阳市",
    "reason": "同一社区的第二个服务点",
    "area": "12.5",
    "locale": "zh_CN",
    "role": "counsellor",
    "q": "社区",
    "page": "1",
}
"""What a person might type into a field of this name."""


@dataclass
class Found:
    """A form of a page: where it goes, and its fields with what stands in them."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    def filled(self) -> dict[str, str]:
        """The form as somebody would send it, without its token."""
        return {name: value or GOOD.get(name, "") for name, value in self.values.items() if name not in inputs.IGNORED}


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: dict[str, Found] = {}
        self.order: list[Found] = []
        self._form: Found | None = None
        self._select: tuple[Found, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = Found(given.get("action") or self.path, (given.get("method") or "get").upper())
            self.order.append(self._form)
            if known := given.get("id"):
                self.found[known] = self._form
            return
        form = self.found.get(given.get("form") or "", self._form)
        if form is not None and (name := given.get("name")) and tag in {"input", "select", "textarea", "button"}:
            self._keep(form, tag, name, given)
        if tag == "option" and self._select and given.get("value"):
            chosen, name = self._select
            if not chosen.values.get(name) or "selected" in given:
                chosen.values[name] = given["value"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None

    def _keep(self, form: Found, tag: str, name: str, given: Mapping[str, str | None]) -> None:
        if given.get("type") == "file":
            form.files.add(name)
        elif given.get("type") in {"checkbox", "radio"}:
            if "checked" in given or name not in form.values:
                form.values[name] = given.get("value") or "on"
        else:
            form.values.setdefault(name, given.get("value") or "")
        if tag == "select":
            self._select = form, name


def forms_of(page: str, path: str) -> list[Found]:
    """Every form of a page, with fields that belong to it from anywhere on the page."""
    reader = _Reader(path)
    reader.feed(page)
    return reader.order


@dataclass
class Read:
    """By endpoint: the names that its schemas know, as query arguments and as form fields."""

    query: dict[str, dict[str, fields.Field[Any]]] = field(default_factory=dict)
    form: dict[str, dict[str, fields.Field[Any]]] = field(default_factory=dict)


@contextmanager
def recorded() -> Iterator[Read]:
    """Notice which schemas the views read their input by."""
    read = Read()
    with pytest.MonkeyPatch.context() as patch:
        for name, kept in (("query", read.query), ("form", read.form)):
            patch.setattr(inputs, name, _noticing(getattr(inputs, name), kept))
        yield read


def _noticing(ask: Callable[[Schema], Any], kept: dict[str, dict[str, fields.Field[Any]]]) -> Callable[[Schema], Any]:
    def notice(schema: Schema) -> Any:
        if request.endpoint:
            kept.setdefault(request.endpoint, {}).update(schema.load_fields)
        return ask(schema)

    return notice
