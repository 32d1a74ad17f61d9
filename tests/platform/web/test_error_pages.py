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
    for path in ("/fault", "/api/v1/fault"):
        app.add_url_rule(path, path, public(lambda: str(1 / 0)))
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


PROMISES = re.compile(
    "没有被改动|没有改动|没有丢失|没有写入|没有保存|已撤销|nothing|not been changed|unchanged|not saved|lost", re.I
)
UNSURE = {"zh_CN": "可能已经生效，也可能没有", "en": "may have taken effect or may not"}


@pytest.mark.parametrize("language", UNSURE)
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/fault", {"Accept": HTML}),
        ("/fault", {"Accept": "*/*", "HX-Request": "true"}),
        ("/fault", {"Accept": "application/json"}),
        ("/api/v1/fault", {}),
        ("/refuse/500", {"Accept": HTML}),
    ],
)
def test_a_fault_promises_nothing_about_what_was_written(
    broken: Flask, path: str, headers: dict[str, str], language: str
) -> None:
    """It may have come in the answer, when the writing was done, or after something that stays written."""
    client = broken.test_client()
    client.set_cookie("language", language)

    answer = client.get(path, headers={**headers, "Accept-Language": language[:2]})

    assert answer.status_code == 500
    told = (answer.json or {})["detail"] if answer.is_json else _told(answer.text)
    assert UNSURE[language] in told
    assert not PROMISES.search(told)


def _told(page: str) -> str:
    """What the page says and, of it, what a part of a page that failed to come shows."""
    said = re.search(r"data-error>([^<]+)<", page)
    assert said
    assert UNSURE["zh_CN"] in said[1] or UNSURE["en"] in said[1]
    return page[page.index("<main") :] if "<main" in page else page


@pytest.mark.parametrize("path", ["/console/", "/api/v1/sites"])
def test_a_database_that_went_away_promises_nothing_either(broken: Flask, path: str) -> None:
    client = broken.test_client()
    client.set_cookie("huakai", "a" * 43)

    answer = client.get(path, headers={"Accept": HTML, "Authorization": f"Bearer hk_{'a' * 43}"})

    assert answer.status_code == 503
    assert not PROMISES.search(answer.text)
