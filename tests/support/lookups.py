"""The region tree and a set of sites, held in memory, for dry runs without a database."""

import csv
import gzip
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import huakai_templates
from huakai_platform.onboarding.register import Region, RegisterRow, SiteRef, State, Verdict

SHIPPED = Path(huakai_templates.__file__).parent / "data"
REGISTER = SHIPPED / "register-luoyang.xlsx"
REGISTER_WITH_ERRORS = Path(__file__).parent / "data" / "register-luoyang-errors.xlsx"
SITES = UUID(int=319)


@cache
def regions() -> dict[str, Region]:
    with gzip.open(SHIPPED / "regions.csv.gz", "rt", encoding="utf-8") as lines:
        return {
            line["code"]: Region(line["code"], line["name"], line["level"], line["parent"] or None)
            for line in csv.DictReader(lines)
        }


class MemoryLookups:
    """Answers as the database would, and counts how often it is asked."""

    def __init__(self, more: Mapping[str, Region] | None = None) -> None:
        self.tree = {**regions(), **(more or {})}
        self.sites: dict[str, SiteRef] = {}
        self.asked = 0

    def regions(self, codes: Collection[str]) -> dict[str, Region]:
        self.asked += 1
        return {code: self.tree[code] for code in codes if code in self.tree}

    def sites_by_key(self, keys: Collection[str]) -> dict[str, SiteRef]:
        self.asked += 1
        return {key: self.sites[key] for key in keys if key in self.sites}

    def sites_in_townships(self, codes: Collection[str]) -> Iterable[SiteRef]:
        self.asked += 1
        return [site for site in self.sites.values() if site.township_code in codes]

    def take_in(self, rows: Sequence[RegisterRow], verdicts: Sequence[Verdict]) -> int:
        """Keep every row that may go in, as an import would; how many were new."""
        before = len(self.sites)
        for row, verdict in zip(rows, verdicts, strict=True):
            if verdict.state is State.NEW and verdict.site_key and verdict.township_code:
                self.sites[verdict.site_key] = SiteRef(
                    uuid5(SITES, verdict.site_key),
                    verdict.site_key,
                    row.name,
                    row.region_code,
                    verdict.township_code,
                    row.host,
                    row.address,
                )
        return len(self.sites) - before
