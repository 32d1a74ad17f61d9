"""The list of releases, and the form by which one is planned."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.fields import Choice, Code, Date, Form, Id, Int, Many, Number, Page, RegionCode, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import exporting
from huakai_platform.releases import choosing, listing, service, trials
from huakai_platform.releases.models import Release, Wave
from huakai_platform.releases.service import Part, Plan
from huakai_platform.releases.views.blueprints import blueprint
from huakai_platform.standards.models import Edition
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say

WAVES = 4
LATEST = 20
"""Releases whose waves may be chosen again."""
CHOICE = ("region", "tiers", "age", "like", "codes")


class ListQuery(Form):
    page = Page()


class Planned(Form):
    edition = Id(required=True)
    title = Text(min_length=2, max_length=60, required=True)
    note = Text(max_length=500, multiline=True)
    act_by = Date()
    region = RegionCode()
    tiers = Many(Choice(list(exporting.TIER_LABELS)), most=10, load_default=list)
    age = Choice(list(choosing.AGES))
    like = Code(r"[0-9a-f]{32}-[1-9]")
    codes = Text(max_length=20_000, multiline=True)
    most_failures = Int(0, 10_000)
    most_drop = Number(0, 100, places=2)
    day1 = Date(required=True)
    percent1 = Int(1, 100, required=True)
    day2, day3, day4 = Date(), Date(), Date()
    percent2, percent3, percent4 = Int(0, 100), Int(0, 100), Int(0, 100)


@blueprint.get("/")
@guard(Permission.RELEASES_READ)
def index() -> str:
    page = inputs.query(ListQuery())["page"]
    lines, total = listing.releases(db(), actor(), page)
    return render_template(
        "releases/index.html",
        lines=lines,
        total=total,
        page=page,
        pages=max(1, -(-total // listing.PAGE_SIZE)),
        states=listing.STATES,
        reached=listing.REACHED,
    )


@blueprint.get("/new")
@guard(Permission.RELEASES_MANAGE)
def new() -> str:
    return _page(FormResult({}, raw={"day1": clock.today().isoformat(), "percent1": "100", "most_failures": "10"}))


@blueprint.post("/new")
@guard(Permission.RELEASES_MANAGE)
def plan() -> Response | tuple[str, int]:
    """Write the release down and begin its dry run."""
    given = inputs.form(Planned())
    if not given.ok:
        return _page(given), 422
    asked = {name: given.values[name] for name in CHOICE if given.values.get(name)}
    try:
        release_id = service.plan(db(), actor(), _plan(given.values), asked)
    except NotFound as refused:
        return _page(given.with_error("edition", say(refused.message))), 422
    except Invalid as refused:
        return _page(_told(given, refused)), 422
    trials.start(db(), actor(), release_id)
    flash(gettext("已建立发布计划，正在演练。演练不改动任何站点。"), "ok")
    return redirect(url_for(".show", release_id=release_id), 303)


def _plan(values: Mapping[str, Any]) -> Plan:
    pairs = [(values.get(f"day{number}"), values.get(f"percent{number}")) for number in range(1, WAVES + 1)]
    return Plan(
        edition_id=values["edition"],
        title=values["title"],
        note=values.get("note"),
        act_by=values.get("act_by"),
        most_failures=values.get("most_failures"),
        most_drop=values.get("most_drop"),
        waves=[Part(day, percent) for day, percent in pairs if day and percent],
    )


def _told(given: FormResult, refused: Invalid) -> FormResult:
    fields = refused.fields or {"edition": [refused.message]}
    for name, messages in fields.items():
        for message in messages:
            given = given.with_error("percent1" if name == "waves" else name, say(message))
    return given


def _page(given: FormResult) -> str:
    earlier = db().execute(
        select(Release.id, Release.title, Wave.number)
        .join(Wave, Wave.release_id == Release.id)
        .where(Release.institution_id == actor().institution_id)
        .order_by(Release.created_at.desc(), Wave.number)
        .limit(LATEST)
    )
    editions = db().execute(select(Edition.id, Edition.number, Edition.title).order_by(Edition.number.desc()))
    return render_template(
        "releases/new.html",
        given=given,
        editions=[(row.id, f"{say(_('第 {number} 版', number=row.number))} {say(row.title)}") for row in editions],
        tiers=exporting.TIER_LABELS.items(),
        ages=choosing.AGES.items(),
        earlier=[
            (f"{row.id.hex}-{row.number}", say(_("{title} · 第 {wave} 批", title=row.title, wave=row.number)))
            for row in earlier
        ],
        waves=WAVES,
        crumbs=[(_("标准发布"), url_for(".index")), (_("新的发布"), None)],
    )
