"""Every page has its help, in both languages, and every word in it is explained."""

import re

from huakai_platform.web import help as help_pages
from tests.support.routes import Route, reading

NO_PAGES = frozenset(
    {
        "home",
        "static",
        "search.anywhere",
        "activities.photo",
        "checklists.attachment",
        "onboarding.draft_likeness",
        "onboarding.draft_places",
        "onboarding.export_sites",
        "onboarding.import_template",
        "onboarding.import_workbook",
        "operations.progress",
        "regions.lookup",
        "staff.scan",
        "training.scan",
    }
)
"""What a GET answers with a file, a part of a page, a redirect or data, though its address does not say so."""
NO_PAGE = re.compile(
    r"(^|\.)(healthz|readyz|metrics)$|^api\.|\.\w*(export|download|photo|template|attachment|workbook|progress)\w*$"
)
FILE = re.compile(r"\.(xlsx|jsonl|json|pdf|png|csv)$")


def pages() -> set[str]:
    return {route.endpoint for route in reading() if not _no_page(route)}


def _no_page(route: Route) -> bool:
    return route.endpoint in NO_PAGES or bool(NO_PAGE.search(route.endpoint) or FILE.search(route.path))


def test_every_page_has_its_help() -> None:
    missing = sorted(page for page in pages() if help_pages.topic(page, "zh") is None)

    said = "say in templates/huakai_templates/help/*.yaml what these pages are for (or, if none, add to NO_PAGES here)"
    assert not missing, f"{said}: {missing}"


def test_help_is_said_in_both_languages_with_as_many_lines() -> None:
    for endpoint, topic in help_pages.topics().items():
        assert set(topic) <= {"zh", "en", "terms"}, endpoint
        assert len(topic["zh"]) == len(topic["en"]) >= 2, endpoint
        assert all(isinstance(line, str) and line for line in [*topic["zh"], *topic["en"]]), endpoint
        assert all(line.isascii() for line in topic["en"]), endpoint


def test_every_word_is_explained_and_every_explanation_used() -> None:
    used = {term for topic in help_pages.topics().values() for term in topic.get("terms", [])}

    assert used == set(help_pages.glossary())
