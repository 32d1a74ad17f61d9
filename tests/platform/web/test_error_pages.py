"""Every refusal and fault has a page: its number, what to do next, and a way home; without a database, too."""

import re
from dataclasses import replace

import pytest
from flask import Flask, abort
from werkzeug.exceptions import default_exceptions

from huakai_deploy.web import create_app
from huakai_platform.kernel.config import Settings
from huakai_platform.web.access import public
from tests.support.worlds import HTML

SHOWN = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@pytest.fixture(scope="module")
def broken(settings: Settings) -> Flask:
    """An app whose database does not answer, with a page for every refusal."""
    nowhere = dict.fromkeys(settings.databases, "postgresql:///none?host=/nowhere")
    app = create_app(replace(settings, databases=nowhere))
    app.add_url_rule("/refuse/<int:status>", "refuse", public(lambda status: abort(status)))
    return app


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("status", sorted({*SHOWN, 418} & set(default_exceptions)))
def test_an_error_page_tells_its_number_what_to_do_and_the_way_home(broken: Flask, status: int, language: str) -> None:
    client = broken.test_client()
    client.set_cookie("language", language)

    answer = client.get(f"/refuse/{status}", headers={"Accept": HTML})

    assert answer.status_code == status
    assert f"<code>{answer.headers['X-Request-Id']}</code>" in answer.text
    assert 'href="/"' in answer.text
    assert re.search(r"data-error>\s*\S", answer.text)


def test_a_visitor_without_a_database_is_told_so(broken: Flask) -> None:
    client = broken.test_client()
    client.set_cookie("huakai", "a" * 43)

    answer = client.get("/console/", headers={"Accept": HTML})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert f"<code>{answer.headers['X-Request-Id']}</code>" in answer.text
    assert 'href="/"' in answer.text
