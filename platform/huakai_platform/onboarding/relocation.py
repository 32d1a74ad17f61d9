"""Moving a site to another address: the new place is checked as a new site's would be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import likeness
from huakai_platform.onboarding.models import SiteEvent
from huakai_platform.onboarding.register import Kind, Lookups, Region, RegisterRow, SiteRef, State
from huakai_platform.regions.models import Region as RegionRow

PLACE = ("place_code", "community", "address", "region_code", "natural_key", "ancestors")


@dataclass(frozen=True)
class Others:
    """Lookups that do not know one site: itself is no duplicate of a site that moves."""

    inner: Lookups
    site_id: UUID

    def regions(self, codes: Collection[str]) -> Mapping[str, Region]:
        return self.inner.regions(codes)

    def sites_by_key(self, keys: Collection[str]) -> Mapping[str, SiteRef]:
        return {key: ref for key, ref in self.inner.sites_by_key(keys).items() if ref.id != self.site_id}

    def sites_in_townships(self, codes: Collection[str]) -> Iterable[SiteRef]:
        return [ref for ref in self.inner.sites_in_townships(codes) if ref.id != self.site_id]


def depart(session: Session, actor: Actor, site: Site, details: dict[str, Any]) -> dict[str, Any]:
    """Move the site to `place_code` and `address`; `override` says why it is no duplicate of a site found there."""
    former = {name: getattr(site, name) for name in PLACE}
    row = likeness.row(
        name=site.name,
        kind=Kind(site.kind),
        region_code=details.get("place_code") or "",
        community=details.get("community") or "",
        address=details.get("address") or "",
        host=site.host or "",
    )
    _missing(row)
    verdict = likeness.judge(row, Others(likeness.lookups(session, site.institution_id), site.id), details)
    if verdict.state is not State.NEW:
        raise Conflict(likeness.said(verdict))
    settle(session, site, row, verdict.township_code or "", verdict.site_key or "")
    return {"former": former, "place_code": site.place_code, "address": site.address, "override": verdict.reason}


def arrive(session: Session, actor: Actor, site: Site, details: dict[str, Any]) -> dict[str, Any] | None:
    """Stay at the new address; `called_off` goes back to the former one."""
    if not details.get("called_off"):
        return {"arrived_on": clock.today().isoformat()}
    event = session.scalar(
        select(SiteEvent)
        .where(SiteEvent.site_id == site.id, SiteEvent.to_state == SiteState.RELOCATING)
        .order_by(SiteEvent.at.desc(), SiteEvent.id.desc())
        .limit(1)
    )
    if event is None or not event.details or "former" not in event.details:
        raise Conflict(_("找不到迁址前的地址，不能撤回。"))
    for name, value in event.details["former"].items():
        setattr(site, name, value)
    return {"called_off": True}


def settle(session: Session, site: Site, row: RegisterRow, region_code: str, natural_key: str) -> None:
    """Write a checked place onto a site."""
    site.place_code, site.region_code, site.natural_key = row.region_code, region_code, natural_key
    site.community, site.address = row.community or None, row.address or None
    ancestors = session.scalar(select(RegionRow.ancestors).where(RegionRow.code == region_code))
    site.ancestors = ancestors or [region_code]


def _missing(row: RegisterRow) -> None:
    lacking = {
        name: [_("请填写此项").render()]
        for name, value in (("place_code", row.region_code), ("address", row.address))
        if not value
    }
    if lacking:
        raise Invalid(_("迁址须填写新的区划代码和地址。"), lacking)
