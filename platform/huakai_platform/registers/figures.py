"""What the rooms' registers of a region counted in a year, read from its rollups alone; and the institution's own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding.scope import institution_of
from huakai_platform.oversight import picture
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.regions.models import Region
from huakai_platform.registers import definitions, entry_store, metrics
from huakai_platform.registers.definitions import Metric, Register
from huakai_platform.standards import service as standards
from huakai_platform.standards.models import Edition

Sums = Mapping[str, int]
"""Numbers of a year by the names under which they left the rooms."""


@dataclass(frozen=True)
class Below:
    code: str
    name: str
    sums: Sums


@dataclass(frozen=True)
class Figures:
    """`chosen` is the register whose months and regions below are shown, when one is."""

    path: Sequence[tuple[str, str]]
    year: int
    registers: Sequence[Register]
    chosen: Register | None
    months: Sequence[tuple[date, Sums]]
    below: Sequence[Below]
    own: Sequence[tuple[Register, Mapping[str, Decimal]]]

    @property
    def code(self) -> str:
        return self.path[-1][0]

    @property
    def name(self) -> str:
        return self.path[-1][1]

    @property
    def sums(self) -> Sums:
        return added(sums for _month, sums in self.months)


def of(session: Session, actor: Actor, region: str | None, year: int | None, chosen: str | None) -> Figures:
    """What the actor may see of a region; in as many statements whatever there is below. Raises NotFound."""
    path, _level = picture.path_of(session, picture.top(actor), region or picture.top(actor))
    shown = year or clock.today().year
    known = _ever(session)
    one = known.get(chosen) if chosen else None
    if chosen and one is None:
        raise NotFound(_("标准中没有这本登记簿。"))
    months = [date(shown, month, 1) for month in range(1, 13)]
    rows = session.execute(
        select(RegionRollup.month, RegionRollup.metrics).where(
            RegionRollup.region_code == path[-1][0], RegionRollup.month.in_(months)
        )
    )
    told = {row.month: row.metrics for row in rows}
    present = definitions.every(session, standards.newest(session), definitions.SITE)
    counted = added(told.values())
    registers = [
        register
        for code, register in known.items()
        if code in present or any(number(register, metric, counted) for metric in register.metrics)
    ]
    return Figures(
        path=path,
        year=shown,
        registers=registers,
        chosen=one,
        months=[(month, told.get(month, {})) for month in months],
        below=_below(session, path[-1][0], months, one) if one else [],
        own=[] if one else _own(session, actor, shown),
    )


def _ever(session: Session) -> Mapping[str, Register]:
    """Every register that counts something in any edition, as the latest that has it says: rooms work by several."""
    found: dict[str, Register] = {}
    for edition_id in session.scalars(select(Edition.id).order_by(Edition.number)):
        found |= definitions.every(session, edition_id, definitions.SITE)
    return {code: one for code, one in sorted(found.items()) if one.metrics}


def number(register: Register, metric: Metric, sums: Sums) -> int:
    return sums.get(register.metric_name(metric), 0)


def share(register: Register, metric: Metric, sums: Sums) -> Decimal | None:
    """What part a metric is of the one that it is a share of, in percent; none where there is nothing to share."""
    whole = next((one for one in register.metrics if one.code == metric.share_of), None)
    return _percent(number(register, metric, sums), number(register, whole, sums)) if whole else None


def own_share(metric: Metric, sums: Mapping[str, Decimal]) -> Decimal | None:
    return _percent(sums[metric.code], sums[metric.share_of]) if metric.share_of else None


def added(some: Iterable[Sums]) -> Sums:
    found: Counter[str] = Counter()
    for sums in some:
        found.update({name: value for name, value in sums.items() if name.startswith("reg_")})
    return found


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return (Decimal(100) * part / whole).quantize(Decimal("0.1")) if whole else None


def _below(session: Session, code: str, months: Sequence[date], register: Register) -> list[Below]:
    rows = session.execute(
        select(RegionRollup.region_code, Region.name, RegionRollup.metrics)
        .join(Region, Region.code == RegionRollup.region_code)
        .where(RegionRollup.parent_code == code, RegionRollup.month.in_(months))
        .order_by(RegionRollup.region_code)
    )
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row.region_code, row.name), []).append(row.metrics)
    summed = [Below(*key, added(some)) for key, some in found.items()]
    return [one for one in summed if any(number(register, metric, one.sums) for metric in register.metrics)]


def _own(session: Session, actor: Actor, year: int) -> list[tuple[Register, Mapping[str, Decimal]]]:
    """The institution's registers, from its own entries: they belong to no region."""
    place = entry_store.of_institution(institution_of(actor))
    since, until = date(year, 1, 1), date(year, 12, 31)
    found = definitions.every(session, standards.newest(session), definitions.INSTITUTION).values()
    return [(one, metrics.sums(session, place, one, since, until)) for one in found if one.metrics]
