"""The reader's language in the pages: looked for once a request, not at every word."""

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_locale, get_translations
from jinja2.runtime import Context, Macro
from markupsafe import Markup

PLAIN = frozenset({FunctionType, MethodType, BuiltinFunctionType, type(lru_cache(str))})


class Quick(Context):
    """Tells macros and plain functions apart by their type, before asking a callable whether it wants the context."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(__obj)
        if kind is Macro:
            args = (__self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return __obj(*args, **kwargs)


def install(app: Flask) -> None:
    """Must come after Babel, whose own functions look for the locale at every word."""
    app.jinja_env.context_class = Quick
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = said


def gettext(text: str) -> str:
    """A text in the reader's language; as it stands where nobody reads."""
    return str(catalogue().gettext(text)) if g else text


def ngettext(one: str, many: str, number: int) -> str:
    return str(catalogue().ngettext(one, many, number))


def said(text: str, /, **values: Any) -> Markup:
    """A text of a template, which may hold HTML; its values are escaped, and `%%` is a percent sign."""
    found = gettext(text)
    return Markup(found) % values if values or "%" in found else Markup(found)


def catalogue() -> NullTranslations:
    """The translations into the reader's language, as Babel remembers it for the request."""
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    known: tuple[Locale | None, NullTranslations] | None = g.get("catalogue")
    if known is None or known[0] is not locale:
        known = g.catalogue = (locale, get_translations() if locale else NullTranslations())
    return known[1]
