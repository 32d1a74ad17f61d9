"""Every template keeps to the strict policy, whoever wrote it."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

import huakai_templates
from huakai_templates import icons

FOLDER = Path(huakai_templates.__file__).parent / "pages"
PAGES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
OURS = re.compile(
    r"src=\"{{ (asset\('[a-z.]+'\)|url_for\('api\.docs_file', filename='[a-z.-]+'\)) }}\"|type=\"application/json\""
)
OUTSIDE_TEXT = re.compile(r"{#.*?#}", re.DOTALL)


@pytest.fixture(params=PAGES)
def source(request: pytest.FixtureRequest) -> str:
    return OUTSIDE_TEXT.sub("", (FOLDER / request.param).read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_a_template_is_sound(page: str) -> None:
    environment = Environment(loader=FileSystemLoader(FOLDER), extensions=["jinja2.ext.i18n"], autoescape=True)

    environment.parse((FOLDER / page).read_text("utf-8"), filename=page)


def test_nothing_is_styled_or_scripted_inline(source: str) -> None:
    assert not re.search(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=(?!=)|\shx-on|javascript:|\|\s*safe\b", source, re.IGNORECASE
    )


def test_a_script_is_a_file_of_ours_or_data(source: str) -> None:
    for tag in re.findall(r"<script[^>]*>", source):
        assert OURS.search(tag), tag


def test_nothing_comes_from_elsewhere(source: str) -> None:
    assert not re.search(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//""", source)


def test_every_icon_named_in_a_page_exists(source: str) -> None:
    named = set(re.findall(r"\bicon\('([a-z0-9-]+)'", source))

    assert named <= icons.names()
