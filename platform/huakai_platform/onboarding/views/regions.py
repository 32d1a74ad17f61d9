"""The regions above a list, and those right below it."""

from flask import url_for
from flask_babel import gettext

from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding.listing import Regions
from huakai_platform.onboarding.scope import region_of
from huakai_platform.regions import service
from huakai_platform.web.context import actor, db


def breadcrumbs(endpoint: str, region: str | None, *, linked: bool = False) -> list[tuple[str, str | None]]:
    """全国 › 河南省 › 洛阳市, each with its link, the last one only when `linked`.

    What lies above the actor's own region has none.
    """
    top = region_of(actor())
    here = region or top or service.COUNTRY
    path = service.path(db(), here)
    crumbs: list[tuple[str, str | None]] = []
    reached = top is None
    for code, name in path:
        reached = reached or code == top
        href = url_for(endpoint, region=None if code in (top, service.COUNTRY) else code)
        crumbs.append(
            (
                gettext("全国") if code == service.COUNTRY else name,
                href if reached and (linked or code != here) else None,
            )
        )
    return crumbs


def below(region: str | None) -> list[tuple[str, str]]:
    """Where one may go down from here: code and name."""
    return sites.regions_below(db(), actor(), region or region_of(actor()) or service.COUNTRY)


def narrowing(endpoint: str, region: str | None) -> tuple[Regions, list[tuple[str, str | None]]]:
    """What a list of sites may be narrowed to, when it shows a region, and the way to there."""
    crumbs = breadcrumbs(endpoint, region)
    here = {region: _("{place}（含下级）", place=crumbs[-1][0])} if region else {}
    return Regions(choices={**here, **dict(below(region))}), crumbs
