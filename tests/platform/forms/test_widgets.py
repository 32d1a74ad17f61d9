"""The widgets that a form is drawn with."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import huakai_templates
from huakai_platform import forms
from huakai_platform.kernel.i18n import _
from tests.platform.forms.shapes import EVERY_KIND, FORM, said

PAGES = Path(huakai_templates.__file__).parent / "pages"


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def draw(code: str, form: forms.Definition = FORM, macro: str = "field", **settings: Any) -> str:
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    pages.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made = getattr(pages.get_template("macros/fields.html").module, macro)
    return str(made(form.item(code), **settings))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("code", [item.code for item in FORM])
@pytest.mark.parametrize("errors", [(), (_("至少 {count} 个字", count=3),)])
def test_every_kind_is_labelled_and_tied_to_its_error(code: str, errors: tuple[str, ...]) -> None:
    html = draw(code, errors=errors)
    found = elements(html)
    ids = {attrs["id"] for _tag, attrs in found if "id" in attrs}
    inputs = [attrs for tag, attrs in found if tag in ("input", "select", "textarea")]
    labels = {attrs["for"] for tag, attrs in found if tag == "label"}

    assert inputs
    assert all(attrs["id"] in labels and attrs["name"] == code for attrs in inputs)
    described = {attrs["aria-describedby"] for _tag, attrs in found if "aria-describedby" in attrs}
    assert described == ({f"{code}-error"} if errors else set())
    assert {part for text in described for part in (text or "").split()} <= ids
    assert ('aria-invalid="true"' in html) == bool(errors)


@pytest.mark.parametrize("code", [item.code for item in FORM])
def test_nothing_is_styled_or_scripted_in_place(code: str) -> None:
    html = draw(code)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", html)


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("light", False, 'value="false" autocomplete="off" checked'),
        ("door", "na", 'value="na" autocomplete="off" checked'),
        ("area", 20.5, 'value="20.5"'),
        ("walls", ["phone"], 'value="phone" autocomplete="off" checked'),
        ("note", "</textarea><b>", "&lt;/textarea&gt;&lt;b&gt;</textarea>"),
        ("checked_on", "2026-11-22", 'value="2026-11-22"'),
    ],
)
def test_the_answer_so_far_is_shown(code: str, value: Any, shown: str) -> None:
    html = draw(code, value=value)
    assert shown in html
    assert html.count("checked") <= 1 + html.count("checked_on")


def test_a_number_can_be_said_not_to_apply_before_it_is_read() -> None:
    html = draw("visitors", value="na")

    assert html.index('value="na" autocomplete="off" checked') < html.index('inputmode="numeric"')
    assert 'value=""' in html


def test_core_items_say_so_in_a_word_and_a_star() -> None:
    assert "★" in draw("light")
    assert "核心" in draw("light")
    assert "核心" not in draw("door")


def test_english_readers_read_english() -> None:
    assert "m²" in draw("area", locale="en")
    assert "面积 (en)" in draw("area", locale="en")


def test_many_options_become_a_list() -> None:
    item = {
        "code": "colour",
        "text": said("颜色"),
        "kind": "choice",
        "options": [{"code": f"c{number}", "text": said(str(number))} for number in range(6)],
        "proposed": True,
    }
    form = forms.definition(EVERY_KIND | {"sections": [{"code": "one", "title": said("一"), "items": [item]}]})

    assert '<option value="c3" selected>' in draw("colour", form, value="c3")


def test_inputs_carry_what_the_page_hands_them() -> None:
    assert draw("light", attrs={"hx-post": "/room/x"}, disabled=True).count('hx-post="/room/x"') == 2


def test_proof_is_taken_with_the_camera() -> None:
    html = draw("light", macro="evidence", taken=1, errors=["照片太大"])

    assert 'capture="environment"' in html
    assert "已有 1 份" in html
    assert 'id="light-evidence-error"' in html
