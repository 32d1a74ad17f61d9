"""What a dry run asks of the outside, in sets, and how a site is known again."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from huakai_platform.onboarding.register.fields import Kind

ABOVE_COMMUNITY = frozenset({"province", "prefecture", "county", "township"})


@dataclass(frozen=True, slots=True)
class Region:
    """One node of the region tree; `level` as in regions.csv.gz; a retired one may name its successor."""

    code: str
    name: str
    level: str
    parent: str | None
    retired: bool = False
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class SiteRef:
    """A site that is there already; `township_code` is what `township_of` gave when it was taken in."""

    id: UUID
    site_key: str
    name: str
    region_code: str
    township_code: str
    host: str
    address: str


class Lookups(Protocol):
    """Each is asked a few times for the whole file, never once a row."""

    def regions(self, codes: Collection[str]) -> Mapping[str, Region]: ...

    def sites_by_key(self, keys: Collection[str]) -> Mapping[str, SiteRef]: ...

    def sites_in_townships(self, codes: Collection[str]) -> Iterable[SiteRef]: ...


def site_key(region_code: str, kind: Kind | str, name: str) -> str:
    """The natural key of a site: the same place, kind and name are the same site (at most 120 characters)."""
    return f"{region_code}:{kind}:{alike(name)}"


def township_of(code: str, regions: Mapping[str, Region]) -> str:
    """The township above a community, which the tree may end before; any higher region stands for itself."""
    region = regions.get(code)
    if region is not None:
        return code if region.level in ABOVE_COMMUNITY else region.parent or code
    return f"{code[:9]}000"


def alike(name: str) -> str:
    """A name without what people write differently: width, case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).lower()
