"""Sites that may be one and the same: within the file, and among those that are there already."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.onboarding.register.fields import Field
from huakai_platform.onboarding.register.lookups import SiteRef, alike
from huakai_platform.onboarding.register.rows import Problem, RegisterRow

Likeness = Literal["same_community", "same_name", "same_host"]

FIELD_OF: dict[Likeness, Field] = {
    "same_community": Field.REGION_CODE,
    "same_name": Field.NAME,
    "same_host": Field.HOST,
}


@dataclass(frozen=True, slots=True)
class Twin:
    """Another site that this one may be: a row of the file, or a site that is there."""

    likeness: Likeness
    name: str
    row: int | None = None
    site: SiteRef | None = None


class Known:
    """Every site met so far, found again by community, by name and by host within a township."""

    def __init__(self) -> None:
        self._by_trait: dict[tuple[str, ...], Twin] = {}

    def add_site(self, site: SiteRef) -> None:
        traits = _traits(site.region_code, site.township_code, site.name, site.host, site.address)
        self._add(traits, site.name, None, site)

    def add_row(self, row: RegisterRow, township: str) -> None:
        self._add(_row_traits(row, township), row.name, row.number, None)

    def twins(self, row: RegisterRow, township: str) -> tuple[Twin, ...]:
        found = (self._by_trait.get(trait) for trait in _row_traits(row, township))
        return tuple(twin for twin in found if twin is not None)

    def _add(self, traits: Iterator[tuple[str, ...]], name: str, row: int | None, site: SiteRef | None) -> None:
        for trait in traits:
            likeness: Likeness = trait[0]  # type: ignore[assignment]
            self._by_trait.setdefault(trait, Twin(likeness, name, row, site))


def problems(row: RegisterRow, twins: tuple[Twin, ...]) -> tuple[Problem, ...]:
    return tuple(row.problem(FIELD_OF[twin.likeness], twin.likeness, _message(twin), "duplicate") for twin in twins)


def _row_traits(row: RegisterRow, township: str) -> Iterator[tuple[str, ...]]:
    return _traits(row.region_code, township, row.name, row.host, row.address)


def _traits(region: str, township: str, name: str, host: str, address: str) -> Iterator[tuple[str, ...]]:
    yield "same_community", region
    if name:
        yield "same_name", township, alike(name)
    if host and address:
        yield "same_host", township, alike(host), alike(address)


def _message(twin: Twin) -> Message:
    place = _("第 {row} 行", row=twin.row) if twin.row else _("已登记")
    match twin.likeness:
        case "same_community":
            return _(
                "同一区划代码已有“{name}”({place})。若确是另一个站点，请填写理由后导入；否则请改正代码或删除此行。",
                name=twin.name,
                place=place,
            )
        case "same_name":
            return _(
                "同一乡镇(街道)已有同名的“{name}”({place})。若确是另一个站点，请填写理由后导入。",
                name=twin.name,
                place=place,
            )
        case "same_host":
            return _(
                "依托场所和地址与“{name}”({place})相同。若确是另一个站点，请填写理由后导入。",
                name=twin.name,
                place=place,
            )
