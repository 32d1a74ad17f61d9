"""What a register is checked against, asked of the database: one question for a whole file."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.expression import any_

from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import SiteRef
from huakai_platform.regions.models import Region


class DatabaseLookups:
    """The register's `Lookups` within one institution; what was asked of the tree once is kept.

    Sites beyond the region `within` are not there.
    """

    def __init__(self, session: Session, institution_id: UUID, *, within: str | None = None) -> None:
        self._session = session
        self._known = [Site.institution_id == institution_id, *([Site.ancestors.contains([within])] if within else ())]
        self._regions: dict[str, register.Region] = {}
        self._asked: set[str] = set()
        self.ancestors: dict[str, list[str]] = {}

    def regions(self, codes: Collection[str]) -> dict[str, register.Region]:
        if unknown := set(codes) - self._asked:
            self._load(unknown)
        return {code: self._regions[code] for code in codes if code in self._regions}

    def sites_by_key(self, keys: Collection[str]) -> dict[str, SiteRef]:
        return {site.site_key: site for site in self._sites(_among(Site.natural_key, keys))}

    def sites_in_townships(self, codes: Collection[str]) -> Iterable[SiteRef]:
        return list(self._sites(_among(Site.region_code, codes)))

    def county_of(self, code: str) -> str:
        """The county of a township; where the tree has none, the region above it; higher regions themselves."""
        region = self.regions([code])[code]
        return region.parent if region.level == "township" and region.parent else code

    def _load(self, codes: set[str]) -> None:
        """The country itself is no place for a site."""
        self._asked |= codes
        rows = self._session.execute(
            select(
                Region.code,
                Region.name,
                Region.level,
                Region.parent_code,
                Region.valid_to,
                Region.successor_code,
                Region.ancestors,
            ).where(_among(Region.code, codes), Region.level != "country")
        )
        for code, name, level, parent, valid_to, successor, ancestors in rows:
            self._regions[code] = register.Region(code, name, level, parent, valid_to is not None, successor)
            self.ancestors[code] = ancestors

    def _sites(self, condition: ColumnElement[bool]) -> Iterable[SiteRef]:
        rows = self._session.execute(
            select(
                Site.id, Site.natural_key, Site.name, Site.place_code, Site.region_code, Site.host, Site.address
            ).where(*self._known, condition)
        )
        for site_id, key, name, place, township, host, address in rows:
            yield SiteRef(site_id, key, name, place, township, host or "", address or "")


def _among(column: InstrumentedAttribute[str], values: Collection[str]) -> ColumnElement[bool]:
    """One parameter, however many values."""
    return column == any_(literal(list(values), ARRAY(TEXT)))
