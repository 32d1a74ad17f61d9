"""A page with what somebody typed put back into its form, whatever page it is."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from huakai_platform.web.carrying import Carried

Attributes = dict[str, str | None]
TYPED = {"text", "email", "tel", "url", "search", "number", "date", "month", "week", "time", "datetime-local"}
Notice = Callable[[bool, Sequence[tuple[str, str]]], str]
"""What is said before the form: whether it was found, and what found no field."""
MAIN = re.compile(r"<main\b[^>]*>")
RELATIVE = re.compile(r'((?:href|action|hx-get)=")(?=\?)')
CHOSEN = {"radio", "checkbox"}


def fill(page: str, kept: Carried, notice: Notice) -> str:
    """The page with the form filled that goes where the other went and knows most of its names; no other form is.

    Hidden fields stay as the page has them: they say what is true now. What the page's links and forms take from its
    address, they take from its own and not from the one that gives it back.
    """
    page = RELATIVE.sub(lambda found: found[1] + kept.page.partition("?")[0], page)
    best = _its_own(page, kept)
    filler = Filler(best, kept)
    filler.feed(page)
    filler.close()
    if best is None:
        said = notice(False, [pair for pair in kept.fields if pair[1].strip()])
        return MAIN.sub(lambda found: found[0] + said, "".join(filler.out), count=1)
    lost = [
        pair for pair in kept.fields if pair[1].strip() and pair not in filler.placed and pair[0] not in best.hidden
    ]
    filler.out[filler.before] = notice(True, lost)
    return "".join(filler.out)


def _its_own(page: str, kept: Carried) -> "Form | None":
    """The form of the page that goes where the other went; of several, the one most like it."""
    forms = Forms(kept)
    forms.feed(page)
    forms.close()
    fitting = [form for form in forms.forms if form.posts and form.known and form.action == kept.action]
    return max(fitting, key=lambda one: (len(one.known), one.alike), default=None)


class Form:
    """A form as it stands in a page: its number, the folded parts around it, the names of its fields.

    `alike` counts the hidden fields that say what the other's said.
    """

    def __init__(self, number: int, attributes: Attributes, details: Sequence[int], page: str) -> None:
        self.number, self.id, self.details = number, attributes.get("id"), frozenset(details)
        self.action = unquote(urlsplit(attributes.get("action") or page).path)
        self.posts = (attributes.get("method") or "").lower() == "post"
        self.known: set[str] = set()
        self.hidden: set[str] = set()
        self.alike = 0

    def note(self, name: str, given: Attributes, typed: Sequence[tuple[str, str]]) -> None:
        if given.get("type") != "hidden":
            self.known.add(name)
            return
        self.hidden.add(name)
        self.alike += (name, given.get("value") or "") in typed


class Walk(HTMLParser):
    """Knows at every tag in which form and in which folded parts it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.form = self.detail = -1
        self.inside = False
        self.open: list[int] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def step(self, tag: str) -> None:
        if tag == "form":
            self.form, self.inside = self.form + 1, True
        elif tag == "details":
            self.detail += 1
            self.open.append(self.detail)

    def leave(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "details" and self.open:
            self.open.pop()


class Forms(Walk):
    """Lists the forms of a page, and which of the other's names they know."""

    def __init__(self, kept: Carried) -> None:
        super().__init__()
        self.kept, self.names = kept, {name for name, _ in kept.fields}
        self.forms: list[Form] = []
        self.apart: list[tuple[str, str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.step(tag)
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(self.form, given, self.open, self.kept.page))
        elif tag in {"input", "select", "textarea"} and (name := given.get("name")) in self.names:
            self._note(str(name), given)

    def _note(self, name: str, given: Attributes) -> None:
        if owner := given.get("form"):
            self.apart.append((owner, name, given))
        elif self.inside:
            self.forms[-1].note(name, given, self.kept.fields)

    def handle_endtag(self, tag: str) -> None:
        self.leave(tag)

    def close(self) -> None:
        super().close()
        for form in self.forms:
            for owner, name, given in self.apart:
                if owner == form.id:
                    form.note(name, given, self.kept.fields)


class Filler(Walk):
    """Writes the page again, the fields of one form with other values, and every form with where it goes."""

    def __init__(self, target: Form | None, kept: Carried) -> None:
        super().__init__()
        self.target, self.page, self.before = target, kept.page, 0
        self.values: dict[str, list[str]] = defaultdict(list)
        for name, value in kept.fields:
            self.values[name].append(value)
        self.next: dict[str, int] = defaultdict(int)
        self.out: list[str] = []
        self.placed: set[tuple[str, str]] = set()
        self.select: str | None = None
        self.skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.step(tag)
        given, raw = dict(attrs), self.get_starttag_text() or ""
        ours = self._is_ours(given)
        if tag == "form":
            raw = raw if given.get("action") else _written(tag, {**given, "action": self.page})
            if ours:
                self.before = len(self.out)
                self.out.append("")
        elif tag == "details" and self.target and (self.detail in self.target.details or ours):
            raw = _written(tag, {**given, "open": None})
        elif tag == "select":
            self.select = given.get("name") if ours else None
        elif tag == "option" and self.select is not None and "value" in given:
            raw = self._chosen(tag, self.select, given, "selected", given["value"] or "")
        elif ours and (name := given.get("name")) and tag == "input":
            raw = self._input(name, given, raw)
        self.out.append(raw)
        if tag == "textarea" and ours and (value := self._take(given.get("name") or "")) is not None:
            self.out.append(escape(value, quote=False))
            self.skipping = True

    def _is_ours(self, given: Attributes) -> bool:
        if self.target is None:
            return False
        return given["form"] == self.target.id if given.get("form") else self.inside and self.form == self.target.number

    def _input(self, name: str, given: Attributes, raw: str) -> str:
        kind = (given.get("type") or "text").lower()
        if kind in CHOSEN:
            return self._chosen("input", name, given, "checked", given.get("value") or "on")
        if kind in TYPED and (value := self._take(name)) is not None:
            return _written("input", {**given, "value": value})
        return raw

    def _take(self, name: str) -> str | None:
        """The next value of a name that several fields may have."""
        values, at = self.values.get(name, []), self.next[name]
        self.next[name] += 1
        if at >= len(values):
            return None
        self.placed.add((name, values[at]))
        return values[at]

    def _chosen(self, tag: str, name: str, given: Attributes, how: str, value: str) -> str:
        rest = {key: kept for key, kept in given.items() if key != how}
        if value not in self.values.get(name, []):
            return _written(tag, rest)
        self.placed.add((name, value))
        return _written(tag, {**rest, how: None})

    def handle_endtag(self, tag: str) -> None:
        self.leave(tag)
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.skipping = False
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def _written(tag: str, attributes: Attributes) -> str:
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{said}>"
