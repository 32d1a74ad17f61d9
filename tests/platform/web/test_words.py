"""The reader's language, and what templates call, as Babel and Jinja would have it, but without their detours."""

from typing import Any

import pytest
from flask import Flask, g, render_template_string
from flask_babel import force_locale
from jinja2 import pass_context

from huakai_platform.kernel.i18n import _
from huakai_platform.web import words


@pytest.fixture
def page(app: Flask) -> Any:
    def render(source: str, language: str = "en", **values: Any) -> str:
        with app.test_request_context("/", headers={"Cookie": f"language={language}"}):
            g.plane = "any"
            return render_template_string(source, **values)

    return render


def test_a_page_is_said_in_the_readers_language(page: Any) -> None:
    assert page("{{ _('检查单') }}", "zh_CN") == "检查单"
    assert page("{{ _('检查单') }}", "en") != "检查单"


def test_a_language_forced_for_a_while_is_that_of_the_while(app: Flask) -> None:
    with app.test_request_context("/", headers={"Cookie": "language=en"}):
        english = words.gettext("检查单")
        with force_locale("zh_CN"):
            assert words.gettext("检查单") == "检查单"
        assert words.gettext("检查单") == english != "检查单"


def test_nobody_reads_outside_a_request() -> None:
    assert words.gettext("检查单") == "检查单"


def test_values_are_escaped_and_messages_among_them_said(page: Any) -> None:
    given = {"bad": "<b>", "said": _("检查单")}
    assert "&lt;b&gt;" in page("{{ _('去掉筛选：%(label)s', label=bad) }}", **given)
    assert "检查单" not in page("{{ _('去掉筛选：%(label)s', label=said) }}", **given)


def test_a_message_is_said_in_text_and_attribute_alike(page: Any) -> None:
    assert "检查单" not in page('<a title="{{ said }}">{{ said }}</a>', said=_("检查单"))


def test_two_percent_signs_are_one(page: Any) -> None:
    assert page("{{ _('100%%') }}") == "100%"


def test_what_asks_for_the_context_gets_it(page: Any) -> None:
    @pass_context
    def name(context: Any) -> str:
        return str(context["who"])

    assert page("{% for one in [1] %}{{ name() }}{% endfor %}", who="me", name=name) == "me"
