"""Every route of the application, as its URL map and its declarations tell them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from inspect import unwrap
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from huakai_deploy.local import Urls
from huakai_deploy.web import create_app
from huakai_platform.kernel.access import Role
from huakai_platform.resources.view_pages import ViewPages
from huakai_platform.web.access import Access, access_of
from tests.support import servers

API = "/api/v1/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One endpoint under one path, and what is declared beside it."""

    endpoint: str
    path: str
    methods: frozenset[str]
    arguments: frozenset[str]
    access: Access

    @property
    def sample(self) -> str | None:
        """The name of the objects that its identifiers stand for; None without identifiers."""
        return (self.access.sample or self.endpoint) if self.arguments else None

    @property
    def plane(self) -> str:
        return self.access.permission.plane if self.access.permission else "any"

    @property
    def first_role(self) -> Role:
        """A role that is let in."""
        return next(role for role in Role if role in self.access.roles)

    def __str__(self) -> str:
        return f"{self.endpoint} {'/'.join(sorted(self.methods & set(METHODS)))}"


@cache
def application() -> Flask:
    """The application without any server behind it."""
    return create_app(servers.settings(Urls(sockets=Path("/nowhere"), redis="redis://nowhere", database="none")))


@cache
def everything() -> tuple[Route, ...]:
    """The pages and the API."""
    app = application()
    return tuple(sorted((_route(app, rule) for rule in app.url_map.iter_rules()), key=lambda one: (one.path, str(one))))


@cache
def routes() -> tuple[Route, ...]:
    """The pages, for people with a browser."""
    return tuple(one for one in everything() if not one.path.startswith(API))


@cache
def operations() -> tuple[Route, ...]:
    """The API, for programs with a token."""
    return tuple(one for one in everything() if one.path.startswith(API))


def one_of_a_kind(found: Iterable[Route]) -> tuple[Route, ...]:
    """Without repetitions: the saved views of every list are answered by the same methods, which know nothing of what
    the list holds, so that whoever tries what is put into them tries one list of each plane."""
    seen: dict[tuple[object, str], Route] = {}
    for route in found:
        view = unwrap(application().view_functions[route.endpoint])
        shared = isinstance(getattr(view, "__self__", None), ViewPages)
        seen.setdefault((getattr(view, "__func__", None), route.plane) if shared else (route, ""), route)
    return tuple(seen.values())


def writing() -> tuple[Route, ...]:
    return tuple(one for one in routes() if "POST" in one.methods)


def reading() -> tuple[Route, ...]:
    return tuple(one for one in routes() if "GET" in one.methods)


def _route(app: Flask, rule: Rule) -> Route:
    return Route(
        rule.endpoint,
        rule.rule,
        frozenset(rule.methods or ()),
        frozenset(rule.arguments),
        access_of(app, rule.endpoint),
    )
