"""What every template can use, in the reader's language."""

from datetime import date, datetime
from typing import Any

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale
from markupsafe import Markup

from huakai_platform.kernel import i18n, paging
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import shell, tokens, words
from huakai_platform.web.bearers import in_api
from huakai_platform.web.context import badges, visitor
from huakai_platform.web.words import gettext
from huakai_templates import assets, icons

LOCALES = {"zh_CN": "中文", "en": "English"}
PARSED = {name: Locale.parse(name) for name in LOCALES}


def install(app: Flask) -> None:
    babel = Babel()
    babel.init_app(app, locale_selector=lambda: PARSED[choose_locale()], timezone_selector=lambda: "Asia/Shanghai")
    words.install(app)
    i18n.translate = gettext
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(asset=assets.url, icon=icons.icon, LOCALES=LOCALES, badges=badges)
    app.jinja_env.globals.update(csrf_token=tokens.token, new_key=lambda: str(uuid7()))
    app.jinja_env.globals["page_numbers"] = paging.numbers
    app.jinja_env.filters.update(date=show_date, datetime=show_moment, said=say, day_of=day_of)
    shell.install(app)
    app.context_processor(_context)


def choose_locale() -> str:
    """The person's own choice, else the browser's cookie, else Chinese; a program asks by Accept-Language."""
    if request and in_api() and request.accept_languages:
        return "en" if request.accept_languages.best_match(["zh", "en"], "zh") == "en" else "zh_CN"
    chosen = request.cookies.get("language") if request else None
    if chosen in LOCALES:
        return chosen
    who = visitor()
    return who.actor.locale if who and who.actor.locale in LOCALES else "zh_CN"


def say(value: Any, locale: str | None = None) -> str:
    """A text of the standard, `{"zh": …, "en": …}`, in the reader's language; a Message translated."""
    if isinstance(value, Message):
        return value.render(gettext)
    if isinstance(value, dict):
        return str(value.get("en" if (locale or str(get_locale())) == "en" else "zh") or value.get("zh", ""))
    return str(value)


def show_date(value: date | datetime | None) -> str | Markup:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    day = value.isoformat()
    return Markup(f'<time datetime="{day}">{day}</time>')


def show_moment(value: datetime | None) -> str | Markup:
    """A moment where the people are, in the order of ISO in every language."""
    if value is None:
        return "—"
    there = value.astimezone(CHINA).isoformat(" ", "minutes")
    return Markup(f'<time datetime="{value.isoformat()}">{there[:16]}</time>')


def day_of(value: datetime) -> date:
    """The calendar day of a moment, where the people are."""
    return value.astimezone(CHINA).date()


def _context() -> dict[str, Any]:
    who = visitor()
    return {
        "actor": who.actor if who else None,
        "site_state": who.site_state if who else None,
        "locale": str(get_locale()),
        "request_id": g.get("request_id", ""),
        "crumbs": [],
        "csrf_token": tokens.token,
        "person": tokens.mark(),
        "account": tokens.mark_of_account(),
    }
