"""Messages that are marked here and translated where a person reads them."""

from collections.abc import Callable
from typing import Any, Self

translate: Callable[[str], str] = str


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
        said = (translate or globals()["translate"])(self.text)
        params = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return said.format(**params) if params else said


def _(text: str, **params: Any) -> Message:
    """Mark a text for the catalogue."""
    return Message(text, **params)
