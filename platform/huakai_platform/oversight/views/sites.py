"""The numbers of sites: ranked within a region, and one site's twelve months."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, render_template, url_for
from flask_babel import gettext

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Page
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import exporting, site_numbers
from huakai_platform.oversight.site_numbers import MOST, SORTS, Ranking, SiteNumbers
from huakai_platform.oversight.views.blueprints import (
    RegionQuery,
    blueprint,
    here,
    link,
    months,
    persons,
    place_name,
)
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx


class RankingQuery(RegionQuery):
    sort = Choice([*SORTS, *(f"-{name}" for name in SORTS)], load_default="-overdue")
    page = Page()


class SiteQuery(RegionQuery):
    """The region is that of the list one comes from."""


@blueprint.get("/picture/sites")
@guard(Permission.PICTURE_READ)
def ranking() -> str:
    asked = inputs.query(RankingQuery())
    seen = _ranked(asked, page=asked["page"])
    return render_template(
        "oversight/ranking.html",
        ranking=seen,
        most=MOST,
        months=months(asked.get("month")),
        chosen={"month": f"{seen.month:%Y-%m}"} if asked.get("month") else {},
        export=url_for(".ranking_export", **_address(asked)),
        crumbs=_crumbs(seen.path, asked.get("month")),
        place=place_name(*seen.path[-1]),
    )


@blueprint.get("/picture/sites.xlsx")
@guard(Permission.PICTURE_READ)
def ranking_export() -> Response:
    seen = _ranked(inputs.query(RankingQuery()), page=None)
    return xlsx(exporting.sites(seen), f"sites-{seen.path[-1][0]}-{seen.month:%Y-%m}.xlsx")


@blueprint.get("/picture/sites/<uuid:site_id>")
@guard(Permission.PICTURE_READ, sample="site")
def site_numbers_page(site_id: UUID) -> str:
    asked = inputs.query(SiteQuery())
    seen = site_numbers.of(db(), actor(), site_id, asked.get("month"))
    return render_template(
        "oversight/site.html",
        site=seen,
        months=months(asked.get("month")),
        option=_option(seen),
        columns=[_("月份"), *exporting.SITE_TITLES],
        rows=[
            [
                f"{month:%Y-%m}",
                *(exporting.site_cells(found) if found else exporting.NOTHING[: len(exporting.SITE_TITLES)]),
            ]
            for month, found in seen.series
        ],
        persons=persons(seen.people),
        register=link("onboarding.site", {"site_id": site_id}),
        crumbs=_crumbs(seen.path, asked.get("month")),
    )


def _ranked(asked: Any, *, page: int | None) -> Ranking:
    month = asked.get("month") or clock.month(clock.today())
    return site_numbers.ranked(db(), actor(), asked.get("region"), month, sort=asked["sort"], page=page)


def _address(asked: Any) -> dict[str, Any]:
    return here({**asked, "sort": "code"}) | {"sort": asked["sort"]}


def _crumbs(path: Any, chosen: date | None) -> list[tuple[str, str | None]]:
    """Up to where the reader's own region begins; what lies above answers 404."""
    own = actor().region_code
    codes = [code for code, _name in path]
    reach = path[codes.index(own) :] if own in codes else path
    return [(place_name(*one), url_for(".picture", **here({"region": one[0], "month": chosen}))) for one in reach]


def _option(seen: SiteNumbers) -> dict[str, Any]:
    """Checklists as bars, the done before the due; overdue ones and failures as lines."""

    def points(name: str) -> list[int | None]:
        return [numbers[name] if numbers else None for _month, numbers in seen.series]

    bar = {"type": "bar", "barMaxWidth": 24}
    return {
        "color": ["#b9c4d2", "#2fb344", "#d9730d", "#d63939"],
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _numbers in seen.series]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {**bar, "name": gettext("应完成检查单"), "data": points("checklists_due"), "barGap": "-100%"},
            {**bar, "name": gettext("已完成检查单"), "data": points("checklists_done")},
            {"type": "line", "name": gettext("逾期检查单"), "data": points("checklists_overdue")},
            {"type": "line", "name": gettext("核心项不合格"), "data": points("core_failures")},
        ],
    }
