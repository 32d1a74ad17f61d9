"""The pieces pages are made of, rendered as pages render them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

import huakai_templates
from huakai_platform.kernel import paging
from huakai_platform.web.navigation import bar
from huakai_templates.icons import icon

Render = Callable[..., str]


@pass_context
def shell(context: Context, part: str) -> Markup:
    """A part of what stands around a page, with what the page has."""
    nav = context.get("nav") or []
    template = context.environment.get_template(f"layouts/_{part}.html")
    return Markup(template.render({**context.get_all(), "nav": nav, "entries": bar(nav), "counts": {}}))


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__, template_folder=str(Path(huakai_templates.__file__).parent / "pages"), static_folder=None)
    app.secret_key = "only for tests"
    jinja = app.jinja_env
    jinja.add_extension("jinja2.ext.i18n")
    jinja.install_gettext_callables(str, lambda one, many, n: one if n == 1 else many, newstyle=True)  # type: ignore[attr-defined]
    jinja.globals.update(
        asset=lambda name: f"/static/{name}",
        icon=icon,
        csrf_token=lambda: "to'ken",
        badges=dict,
        shell=shell,
        breadcrumbs=list,
        standard_lacks=lambda: None,
        page_numbers=paging.numbers,
    )
    jinja.filters.update(date=str, datetime=str)
    return app


@pytest.fixture
def render(app: Flask) -> Render:
    def rendered(source: str, /, at: str = "/", **values: Any) -> str:
        with app.test_request_context(at):
            return render_template_string(source, **values)

    return rendered


ACTOR = SimpleNamespace(name="王立军", role_label="管理员", site_name="心晴驿站", institution_name="花开中心")
NAV = [{"label": "标准", "items": [{"label": "版本", "href": "/v", "icon": "tag", "active": True, "badge": "new"}]}]


@pytest.mark.parametrize("layout", ["console", "room", "plain"])
@pytest.mark.parametrize("actor", [ACTOR, None])
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_layout_has_one_heading_a_main_part_and_the_token(
    render: Render, layout: str, actor: object, locale: str
) -> None:
    page = render(
        "{% extends 'layouts/" + layout + ".html' %}{% block title %}站点{% endblock %}",
        actor=actor,
        nav=NAV if actor else [],
        locale=locale,
        crumbs=[("全国", "/"), ("厦门", None)],
    )

    assert page.count("<h1") == page.count("<main") == page.count('id="main"') == 1
    assert 'hx-headers=\'{"X-CSRFToken": "to\\u0027ken"}\'' in page
    assert ('action="/sign-out"' in page) == (actor is not None and layout != "plain")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_a_refusal_says_what_to_do_and_its_number(app: Flask, status: int) -> None:
    with app.test_request_context("/"):
        page = render_template(f"errors/{status}.html", status=status, message="", request_id="01JD8")

    assert 'href="/"' in page
    assert "01JD8" in page
    assert "data-error" in page


@pytest.mark.parametrize(
    "call",
    [
        "text('phone', '电话', values, errors, '只用于工作', true)",
        "textarea('phone', '电话', values, errors, '只用于工作', true)",
        "select('phone', '电话', [('1', '一')], values, errors, '只用于工作', true)",
        "file('phone', '电话', errors, '只用于工作', true)",
        "radio('phone', '电话', [('1', '一')], values, errors, '只用于工作', true)",
        "checkbox('phone', '电话', values, errors, '只用于工作')",
        "date('phone', '电话', values, errors, '只用于工作', true)",
        "password('phone', '电话', errors, '只用于工作')",
    ],
)
def test_a_field_is_tied_to_its_error_and_help(render: Render, call: str) -> None:
    source = "{% import 'macros/forms.html' as forms %}{{ forms." + call + " }}"

    page = render(source, values={"phone": "<1>"}, errors={"phone": ["太短"]})

    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="e-phone h-phone"' in page
    assert 'id="e-phone"' in page
    assert 'id="h-phone"' in page
    assert "太短" in page
    assert "<1>" not in page


def test_a_password_is_never_sent_back(render: Render) -> None:
    page = render("{% from 'macros/forms.html' import password %}{{ password('secret', '密码', {}) }}")

    assert 'value=""' in page


def test_an_action_posts_with_the_token_and_its_fields(render: Render) -> None:
    source = (
        "{% from 'macros/forms.html' import action %}{{ action('/x', '开通', 'check', 'primary', {'version': 3}) }}"
    )

    page = render(source)

    assert 'method="post"' in page
    assert 'name="csrf_token" value="to&#39;ken"' in page
    assert 'name="version" value="3"' in page


def test_the_summary_links_to_each_field(render: Render) -> None:
    source = "{% from 'macros/forms.html' import error_summary %}{{ error_summary(errors, {'phone': '电话'}) }}"

    page = render(source, errors={"phone": ["太短"], "_schema": "互相矛盾"})

    assert '<a href="#f-phone">电话</a>' in page
    assert "互相矛盾" in page
    assert "#f-_schema" not in page


@pytest.mark.parametrize(
    ("at", "call", "address"),
    [
        ("/sites?state=open&page=4&q=", "here(page=2)", "/sites?state=open&amp;page=2"),
        ("/sites?state=open&page=4", "here(state=none)", "/sites"),
        ("/sites?r=1&r=2", "here(drop=('r', '1'))", "/sites?r=2"),
        ("/sites?q=心晴", "here(sort='-name')", "/sites?q=%E5%BF%83%E6%99%B4&amp;sort=-name"),
    ],
)
def test_a_list_keeps_its_state_in_the_address(render: Render, at: str, call: str, address: str) -> None:
    assert render("{% from 'macros/lists.html' import here %}{{ " + call + " }}", at=at) == address


def test_a_sorted_column_says_so_and_offers_the_other_way(render: Render) -> None:
    source = "{% from 'macros/lists.html' import head %}{{ head({'label': '名称', 'sort': 'name'}) }}"

    page = render(source, at="/sites?sort=name")

    assert 'aria-sort="ascending"' in page
    assert 'href="/sites?sort=-name"' in page


def test_the_pager_shows_the_ends_and_the_neighbours(render: Render) -> None:
    page = render("{% from 'macros/lists.html' import pager %}{{ pager(5, 9, 421) }}", at="/sites?state=open")

    assert [f"page={n}" in page for n in range(1, 10)] == [True, False, False, True, True, True, False, False, True]
    assert "共 421 条" in page


def test_progress_polls_until_it_is_finished(render: Render) -> None:
    source = "{% from 'macros/progress.html' import progress %}{{ progress('/operations/1', operation) }}"
    operation = {"title": "开通", "done": 3, "total": 9, "finished": False}

    assert 'hx-trigger="every 1s"' in render(source, operation=operation)
    assert "hx-get" not in render(source, operation=operation | {"finished": True, "bad": 0})


def test_the_map_tints_by_share_and_hatches_what_is_unknown(render: Render) -> None:
    source = "{% from 'macros/charts.html' import tile_map %}{{ tile_map('站点', {'41': 319, '11': 1, '44': 0}) }}"

    page = render(source)

    assert [page.count(f"tile-{tone}") for tone in ("4", "1", "0", "none")] == [1, 1, 1, 31]


def test_a_chart_carries_its_numbers_as_data_and_as_a_table(render: Render) -> None:
    source = "{% from 'macros/charts.html' import chart %}{{ chart('g', '增长', option, ['月', '数'], [('1月', 5)]) }}"

    page = render(source, option={"title": "</script>"})

    assert page.count("</script>") == 1
    assert '<td class="text-end num">5</td>' in page


@pytest.mark.parametrize(
    ("file", "call", "words"),
    [
        ("page", "site_state('open')", "已开通"),
        ("page", "badge('逾期', 'bad', 'clock')", "st-bad"),
        ("page", "kpi('站点', 319, '+1', 'ok', 'house', '/')", "319"),
        ("page", "empty('没有', '因为还没有导入')", "因为还没有导入"),
        ("page", "stepper([('一', '/'), ('二', none)], 2)", 'aria-current="step"'),
        ("page", "tabs([('概况', '/', true, 3)], '站点')", 'aria-current="page"'),
        ("page", "facts([('面积', none)])", "—"),
        ("charts", "matrix('权限', '权限', ['管理员'], [{'label': '站点', 'rows': [('查看', [true])]}])", "查看"),
        ("forms", "confirm('/x', '关闭', '心晴', '不能撤销')", 'data-expect="心晴"'),
        ("forms", "save_state('saved')", 'data-save-state="saved"'),
        ("progress", "share(64, 100, '清单')", "64%"),
    ],
)
def test_a_piece_says_what_it_was_given(render: Render, file: str, call: str, words: str) -> None:
    assert words in render("{% import 'macros/" + file + ".html' as pieces %}{{ pieces." + call + " }}")


def test_the_timeline_shows_who_when_and_what_changed(render: Render) -> None:
    entry = {
        "at": datetime(2026, 11, 22, 10, 42, tzinfo=UTC),
        "who": "陈静",
        "what": "修改",
        "changes": [("面积", 118, None)],
    }

    page = render("{% from 'macros/page.html' import timeline %}{{ timeline([entry]) }}", entry=entry)

    assert "陈静" in page
    assert "<del>118</del> → <ins>—</ins>" in page
