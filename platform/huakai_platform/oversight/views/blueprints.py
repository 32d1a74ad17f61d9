"""Where the pages hang, what they are asked with, and the words that they share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext
from marshmallow import post_load

from huakai_platform.kernel import clock
from huakai_platform.kernel.fields import Code, Form, RegionCode
from huakai_platform.kernel.i18n import Message
from huakai_platform.oversight import rollups
from huakai_platform.oversight.figures import Figure, Figures
from huakai_platform.oversight.metrics import METRICS, PERSONS
from huakai_platform.regions.service import COUNTRY
from huakai_platform.web.context import db

blueprint = Blueprint("oversight", __name__, url_prefix="/console")


@blueprint.app_context_processor
def _glance() -> dict[str, Any]:
    return {"rollups_glance": lambda: rollups.glance(db(), clock.month(clock.today()))}


class RegionQuery(Form):
    """A region and a month, in the address of everything here."""

    region = RegionCode()
    month = Code(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")

    @post_load
    def _first_day(self, values: dict[str, Any], **_settings: Any) -> dict[str, Any]:
        if month := values.get("month"):
            values["month"] = date.fromisoformat(f"{month}-01")
        return values


def here(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an address that shows the same; the country needs none."""
    region, sort, month = asked.get("region"), asked.get("sort", "code"), asked.get("month")
    return (
        ({"region": region} if region not in (None, COUNTRY) else {})
        | ({"sort": sort} if sort != "code" else {})
        | ({"month": f"{month:%Y-%m}"} if month else {})
    )


def months(chosen: date | None) -> list[str]:
    """Those that one may look back to: two years, and the one that is shown."""
    now = clock.month(clock.today())
    known = {clock.months_on(now, -back) for back in range(24)} | ({chosen} if chosen else set())
    return [f"{month:%Y-%m}" for month in sorted(known, reverse=True)]


def persons(told: Figures) -> list[tuple[Message, Figure, int | None, str]]:
    """Label, figure, share and what it is a share of, for every count of people."""
    lines = []
    for name, whole in PERSONS.items():
        share = told.share(name, whole) if whole else None
        lines.append((METRICS[name].label, told[name], share, METRICS[whole].label.render(gettext) if whole else ""))
    return lines


def place_name(code: str, name: str) -> str:
    return gettext("全国") if code == COUNTRY else name


def link(endpoint: str, arguments: Mapping[str, Any]) -> str | None:
    """Another page of the console, where this process serves it."""
    return url_for(endpoint, **arguments) if endpoint in current_app.view_functions else None
