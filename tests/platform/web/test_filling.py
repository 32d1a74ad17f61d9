"""What was typed goes back into its form, whatever kinds of fields that has; all else stays as the page has it."""

from collections.abc import Sequence
from html import unescape

import pytest

from huakai_platform.web.carrying import Carried
from huakai_platform.web.filling import fill

PAGE = """<!doctype html><html><body><main id="main"><a href="?page=2">&lt;2&gt;</a>
<form method="post" action="/other"><input name="title" value="as it was"></form>
<details class="confirm"><summary>x</summary>
<form method="post" action="/room/things" id="mine"><input type="hidden" name="version" value="7">
<input type="text" name="title" value="old &amp; true"><input type="password" name="secret" value="">
<input type="file" name="file"><input name="row" value=""><input name="row" value="">
<label><input type="radio" name="state" value="held" checked></label><input type="radio" name="state" value="planned">
<input type="checkbox" name="about" value="a" checked><input type="checkbox" name="about" value="b">
<select name="kind"><option value="" selected>-</option><option value="talk">Talk</option></select>
<details><textarea name="note" rows="3">old &lt;b&gt;</textarea></details></form></details>
<input form="mine" type="number" name="guests" value="1"><script type="application/json">{"a": "<b>"}</script>
</main></body></html>"""


def carried(*fields: tuple[str, str], action: str = "/room/things") -> Carried:
    return Carried("0" * 32, "/room/things?from=here", action, list(fields), [], 0.0)


def filled(*fields: tuple[str, str], **more: str) -> str:
    return fill(PAGE, carried(*fields, **more), lambda found, lost: f"[{found}: {[value for _, value in lost]}]")


def test_every_kind_of_field_is_filled_and_nothing_else() -> None:
    page = filled(
        ("title", '“<new>” & "true"'), ("version", "3"), ("secret", "hunter2"), ("row", "first"), ("row", "second"),
        ("state", "planned"), ("about", "b"), ("kind", "talk"), ("note", "a\n</textarea><script>x</script>"),
        ("guests", "40"),
    )  # fmt: skip

    assert 'name="title" value="as it was"' in page
    assert 'name="title" value="“&lt;new&gt;” &amp; &quot;true&quot;"' in page
    assert 'name="version" value="7"' in page
    assert page.index('value="first"') < page.index('value="second"')
    assert 'value="planned" checked>' in page
    assert 'value="held" checked' not in page
    assert ('value="a">' in page, 'value="b" checked>' in page) == (True, True)
    assert '<option value="talk" selected>' in page
    assert '<option value="" selected>' not in page
    assert "<textarea" in page
    assert "a\n&lt;/textarea&gt;&lt;script&gt;x&lt;/script&gt;</textarea>" in page
    assert 'name="guests" value="40"' in page
    assert page.count(" open>") == 2
    assert "[True: ['hunter2']]<form" in page
    assert '<script type="application/json">{"a": "<b>"}</script>' in page
    assert 'href="/room/things?page=2"' in page


def test_what_finds_no_field_is_said() -> None:
    page = filled(("title", "new"), ("kind", "gone"), ("row", "1"), ("row", "2"), ("row", "3"), ("elsewhere", "kept"))

    assert "[True: ['gone', '3', 'kept']]" in page


def test_a_page_without_the_form_says_all_that_was_typed() -> None:
    page = fill("<main><p>x</p></main>", carried(("title", "new")), lambda found, lost: f"[{found}: {lost}]")

    assert unescape(page) == "<main>[False: [('title', 'new')]]<p>x</p></main>"


NO_ADDRESS = """<main><form method="get"><input name="year"></form><form method="dialog" action="/x"></form>
<form method="post" class="card"><input name="title"></form></main>"""


def said(found: bool, lost: Sequence[tuple[str, str]]) -> str:
    return f"[{found}: {[value for _, value in lost]}]"


def test_a_form_that_goes_to_its_own_page_is_given_the_address_of_that() -> None:
    page = fill(NO_ADDRESS, carried(("title", "new")), said)

    assert "[True: []]" in page
    assert '<form method="post" class="card" action="/room/things?from=here"><input name="title" value="new">' in page
    assert '<form method="get" action="/room/things?from=here">' in page
    assert '<form method="dialog" action="/x">' in page


@pytest.mark.parametrize(
    "page",
    [
        '<main><form method="post" action="/room/things/write-off"><input name="title"></form></main>',
        '<main><form method="get" action="/room/things"><input name="title" value=""></form></main>',
        '<main><form method="post" action="/room/things"><input name="other"></form></main>',
    ],
)
def test_no_form_of_another_deed_and_no_search_is_filled(page: str) -> None:
    answer = fill(page, carried(("title", "new")), said)

    assert answer == page.replace("<main>", "<main>[False: ['new']]")


def test_a_page_that_is_given_back_without_the_form_sends_its_others_where_they_go() -> None:
    page = fill(NO_ADDRESS, carried(("title", "new"), action="/room/things/check"), said)

    assert "[False: ['new']]" in page
    assert '<form method="post" class="card" action="/room/things?from=here"><input name="title">' in page


def test_of_several_alike_the_one_with_the_same_hidden_fields_is_filled() -> None:
    fields = '<input type="hidden" name="id" value="{}"><input name="title">'
    row = f'<form method="post" action="/room/things">{fields}</form>'
    rows = "".join(row.format(number) for number in (1, 2, 3))

    page = fill(f"<main>{rows}</main>", carried(("id", "2"), ("title", "new")), said)

    assert 'value="2">' in page.partition("[True")[2].partition("</form>")[0]
    assert page.count('value="new"') == 1
