"""Searching the console: its pages, and the sites within reach."""

from flask import render_template, url_for

from huakai_platform.kernel.access import Permission
from huakai_platform.onboarding import listing as lookup
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.web import finding, inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.finding import Hit

MOST = 12


@blueprint.get("/search")
@guard(Permission.SITES_READ)
def search() -> str:
    words = inputs.query(finding.Asked())["q"]
    found, more = _sites(words) if words else ([], False)
    return render_template(
        "search/_hits.html" if finding.fragment() else "search/index.html",
        words=words,
        pages=finding.pages(actor(), words),
        things=found,
        more=url_for(".sites", q=words) if more else None,
        plane="console",
    )


def _sites(words: str) -> tuple[list[Hit], bool]:
    rows, regions = lookup.some(db(), actor(), words, MOST + 1)
    hits = [
        Hit(row.name, url_for(".site", site_id=row.id), "building-2", f"{row.code} · {row.place(regions)}")
        for row in rows[:MOST]
    ]
    return hits, len(rows) > MOST
