"""An entry read back from what a person typed; what cannot be read is kept as typed, so that its shape refuses it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from huakai_platform.forms.shapes import Answered, Sources, Tupled
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Int
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.editing.controls import MOST_ROWS, YES_UNLESS_SAID, Control

Sent = MultiDict[str, str]
WHOLE, DECIMAL = re.compile(r"-?[0-9]{1,15}"), re.compile(r"-?[0-9]{1,12}\.[0-9]{1,6}")
BETWEEN = re.compile(r"[^\w.-]+")
LISTS = frozenset({"many", "words", "counts", "texts", "rows"})
"""What must be there where it is required, although it is empty."""
NOTHING: tuple[Any, ...] = (None, "", [], {})


class Reader:
    """Reads a form once and knows what of it was never asked for."""

    def __init__(self, sent: Sent) -> None:
        self.sent, self.used = sent, set[str]()

    def entry(self, asked: Sequence[Control], kept: Mapping[str, Any]) -> dict[str, Any]:
        """The entry that the form says; `kept` is the entry before, whose fixed fields and own lists stay."""
        known = {one.key for one in asked if not one.fixed}
        said = self._inner([one for one in asked if not one.fixed])
        return {**{key: value for key, value in kept.items() if key not in known}, **said}

    def refuse_others(self, allowed: frozenset[str]) -> None:
        """Raises Invalid for what no control asked for."""
        if others := set(self.sent) - self.used - allowed:
            raise Invalid(_("填写的内容有误。"), {name: [_("没有这一项").render()] for name in sorted(others)[:20]})

    def _value(self, one: Control) -> Any:
        readers: dict[str, Callable[[Control], Any]] = {
            "bilingual": self._bilingual,
            "flag": lambda control: self._one(control.name) is not None,
            "number": lambda control: number(self._one(control.name)),
            "many": lambda control: self._all(control.name),
            "words": self._words,
            "counts": self._counts,
            "texts": self._texts,
            "group": lambda control: self._inner(control.inner),
            "rows": self._rows,
        }
        return readers.get(one.kind, self._text)(one)

    def _one(self, name: str) -> str | None:
        self.used.add(name)
        return self.sent.get(name)

    def _all(self, name: str) -> list[str]:
        self.used.add(name)
        return [value for value in self.sent.getlist(name) if value.strip()]

    def _text(self, control: Control) -> Any:
        value = (self._one(control.name) or "").strip()
        if isinstance(control.field, Answered) and value in ("true", "false"):
            return value == "true"
        return value

    def _bilingual(self, control: Control) -> dict[str, str]:
        return self._two(control.name)

    def _two(self, name: str) -> dict[str, str]:
        said = {language: (self._one(f"{name}.{language}") or "").strip() for language in ("zh", "en")}
        return said if any(said.values()) else {}

    def _words(self, control: Control) -> Any:
        words = [word for word in BETWEEN.split(self._one(control.name) or "") if word]
        inner = control.field.inner if isinstance(control.field, Tupled) else None
        if isinstance(control.field, Sources) and len(words) == 1:
            return words[0]
        return [number(word) for word in words] if isinstance(inner, Int) else words

    def _counts(self, control: Control) -> dict[str, Any]:
        read = {code: number(self._one(f"{control.name}.{code}")) for code, _title in control.options}
        return {code: value for code, value in read.items() if value not in NOTHING}

    def _texts(self, control: Control) -> list[dict[str, str]]:
        found = [self._two(f"{control.name}.{place}") for place in range(self._length(control.name))]
        return [one for one in found if one]

    def _rows(self, control: Control) -> list[dict[str, Any]]:
        found = [self._inner(control.row(place)) for place in range(self._length(control.name))]
        return [row for row in found if row]

    def _inner(self, asked: Sequence[Control]) -> dict[str, Any]:
        read = [(one, self._value(one)) for one in asked]
        return {one.key: value for one, value in read if not _absent(one, value)}

    def _length(self, name: str) -> int:
        """How many rows were sent, by the highest number among their names."""
        numbers = [rest.split(".")[0] for key in self.sent if (rest := key.removeprefix(f"{name}.")) != key]
        return max((int(one) + 1 for one in numbers if one.isdecimal() and int(one) < MOST_ROWS), default=0)


def number(text: str | None) -> Any:
    """A number as the standard writes it; anything else stays as it was typed."""
    said = (text or "").strip()
    if WHOLE.fullmatch(said):
        return int(said)
    return float(said) if DECIMAL.fullmatch(said) else said


def _absent(control: Control, value: Any) -> bool:
    """Whether a value is left out of the standard: nothing, or a flag that says what holds anyhow."""
    if isinstance(value, bool):
        return not control.required and value is (control.key in YES_UNLESS_SAID)
    return value in NOTHING and not (control.required and isinstance(value, list | dict) and control.kind in LISTS)
