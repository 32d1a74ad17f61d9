"""Messages that are marked here and translated where a person reads them."""

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html import escape
from typing import Any, Self

from huakai_templates import assets

translate: Callable[[str], str] = str
TRANSLATIONS = assets.STATIC.parent / "translations"


@cache
def translator(locale: str) -> Callable[[str], str]:
    """What says a text of the program in a language; Chinese is said as it is written."""
    if locale.startswith("zh"):
        return str
    return gettext.translation("messages", TRANSLATIONS, [locale], fallback=True).gettext


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Let everything that a process renders meanwhile be said in a language; for one that serves nobody else."""
    global translate
    before, translate = translate, translator(locale)
    try:
        yield
    finally:
        translate = before


class Message(str):
    """A Chinese text with its parameters; `str()` is Chinese, `render()` the reader's language."""

    text: str
    params: dict[str, Any]

    def __new__(cls, text: str, **params: Any) -> Self:
        message = super().__new__(cls, text.format(**params) if params else text)
        message.text, message.params = text, params
        return message

    def render(self, translate: Callable[[str], str] | None = None) -> str:
        """Say it in the language of `translate` (a gettext function)."""
        said = (translate or globals()["translate"])(self.text) if self.text else ""
        params = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return said.format(**params) if params else said

    def __html__(self) -> str:
        """A page that puts it into a text or an attribute says it in the reader's language, too."""
        return escape(self.render())


def _(text: str, **params: Any) -> Message:
    """Mark a text for the catalogue."""
    return Message(text, **params)


def listed(parts: Iterable[str]) -> str:
    """The parts that say something one after another, with the reader's own mark between them, however many."""
    found = [part for part in parts if part]
    if len(found) < 2:
        return found[0] if found else ""
    half = len(found) // 2
    return _("{said}、{part}", said=listed(found[:half]), part=listed(found[half:]))


def pack(message: Message) -> dict[str, Any]:
    """A message as JSON, to be kept and said in any language later."""
    params = {
        name: pack(value) if isinstance(value, Message) else value if isinstance(value, int) else str(value)
        for name, value in message.params.items()
    }
    return {"text": message.text, "params": params}


def unpack(kept: Mapping[str, Any]) -> Message:
    params = {name: unpack(value) if isinstance(value, dict) else value for name, value in kept["params"].items()}
    return Message(kept["text"], **params)


def language() -> str:
    """The reader's language, `zh` or `en`: the key of the texts of the standard."""
    return _("zh").render()
