"""Lucide icons as inline SVG, drawn once and kept."""

from functools import cache
from importlib.resources import files
from zipfile import ZipFile

import lucide
from markupsafe import Markup, escape


class UnknownIcon(KeyError):
    """A page asks for an icon that lucide does not have."""


@cache
def names() -> frozenset[str]:
    with (files("lucide") / "lucide.zip").open("rb") as packed, ZipFile(packed) as drawings:
        return frozenset(name.removesuffix(".svg") for name in drawings.namelist())


@cache
def icon(name: str, size: int = 20, label: str | None = None) -> Markup:
    """An icon of `size` px: hidden from screen readers, or an image called `label` when it stands for a word."""
    if name not in names():
        raise UnknownIcon(name)
    meaning = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    svg = lucide._render_icon(name, size, **{"class": "ico", "focusable": "false"})
    return Markup(svg.replace("<svg", f"<svg {meaning}", 1))
