"""What stands around a page: header, menu and dialogs, made once for a person at an address and kept for a while."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from flask import Flask, current_app, request
from flask_babel import get_locale
from markupsafe import Markup, escape

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message
from huakai_platform.web import navigation, tokens
from huakai_platform.web.context import Visitor, badges, visitor

KEPT = 1_000
"""Parts that a process keeps; those that were not asked for the longest go first."""
TOKEN, BACK = "\0token\0", "\0back\0"
"""Stand in a part for the token of its forms and for the present address, which each request has of its own."""


@dataclass(frozen=True)
class Around:
    """All that a part is made of; nothing else reaches its template, so nobody is shown what was made for another."""

    part: str
    person: Actor | None
    locale: str
    endpoint: str | None
    path: str
    counts: tuple[tuple[str, int], ...]


def install(app: Flask) -> None:
    app.extensions["huakai.shell"] = lru_cache(KEPT)(_made)
    app.extensions["huakai.menu"] = lru_cache(KEPT)(lambda permissions, _path: navigation.menu(permissions))
    app.jinja_env.globals.update(shell=shell, breadcrumbs=breadcrumbs)


def shell(part: str) -> Markup:
    """A part of what stands around the page at hand; its template is `layouts/_{part}.html`."""
    if not request:
        return Markup(_made(Around(part, None, str(get_locale()), None, "", ())).replace(BACK, "/"))
    counts = tuple(badges().items())
    around = Around(part, _shown(visitor()), str(get_locale()), request.endpoint, request.path, counts)
    made: str = current_app.extensions["huakai.shell"](around)
    return Markup(made.replace(TOKEN, tokens.token()).replace(BACK, escape(request.full_path)))


def breadcrumbs() -> list[tuple[Message, str | None]]:
    """Where a page stands that says nothing itself."""
    person = _shown(visitor())
    return navigation.breadcrumbs(_menu(person)) if person else []


def _menu(person: Actor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = current_app.extensions["huakai.menu"](person.permissions, request.path)
    return found


def _shown(who: Visitor | None) -> Actor | None:
    """Of a person what can be seen around a page; whoever still owes a second factor sees no menu."""
    if who is None:
        return None
    actor = who.actor
    return Actor(
        account_id=actor.account_id,
        name=actor.name,
        role=actor.role,
        site_name=actor.site_name,
        institution_name=actor.institution_name,
        permissions=frozenset() if who.owes_second_factor else actor.permissions,
    )


def _made(around: Around) -> str:
    counts, nav = dict(around.counts), _menu(around.person) if around.person else []
    template = current_app.jinja_env.get_template(f"layouts/_{around.part}.html")
    return template.render(
        actor=around.person,
        nav=nav,
        entries=navigation.bar(nav),
        counts=counts,
        badges=lambda: counts,
        locale=around.locale,
        csrf_token=lambda: TOKEN,
        request=SimpleNamespace(endpoint=around.endpoint, full_path=BACK),
    )
