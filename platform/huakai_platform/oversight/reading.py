"""What a picture is made of, in one statement: the way to a region, its months, and the regions right below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    Date,
    DateTime,
    Row,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from huakai_platform.kernel.db import table
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.regions.models import Region

Found = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Parts:
    """Rows of `code, name, month, metrics, computed_at, level, ancestors`, as far as each kind has them."""

    path: Found
    """The region and all above it, in no order."""
    series: Found
    below: Found
    """By month and code."""

    def of(self, month: date) -> Found:
        return [row for row in self.below if row.month == month and row.metrics.get("sites")]


def parts(session: Session, code: str, months: Sequence[date], shown: Sequence[date]) -> Parts:
    """A region's rollups of some months, and of those that may be `shown` its children's, too."""
    rows = session.execute(_PARTS, {"of_code": code, "of_months": months, "of_shown": shown}).all()
    path, series, below = ([row for row in rows if row.part == part] for part in ("path", "series", "below"))
    return Parts(path, series, sorted(below, key=lambda row: (row.month, row.code)))


def path(session: Session, code: str) -> Found:
    """The region and all above it, in no order."""
    return session.execute(_path(), {"of_code": code}).all()


_REGION, _ROLLUP = table(Region), table(RegionRollup)


def _path() -> Select[*tuple[Any, ...]]:
    region, here = _REGION.c, _REGION.alias("here").c
    ancestors = select(here.ancestors).where(here.code == bindparam("of_code")).scalar_subquery()
    return select(
        literal("path", Text()).label("part"),
        region.code,
        region.name,
        cast(null(), Date()).label("month"),
        cast(null(), JSONB()).label("metrics"),
        cast(null(), DateTime(timezone=True)).label("computed_at"),
        region.level,
        region.ancestors,
    ).where(region.code == any_(cast(ancestors, ARRAY(Text()))))


def _rollups(part: str, name: Any, months: str) -> Select[*tuple[Any, ...]]:
    rollup = _ROLLUP.c
    return select(
        literal(part, Text()).label("part"),
        rollup.region_code.label("code"),
        name.label("name"),
        rollup.month,
        rollup.metrics,
        rollup.computed_at,
        rollup.level,
        cast(null(), ARRAY(Text())).label("ancestors"),
    ).where(rollup.month == any_(bindparam(months, type_=ARRAY(Date()))))


def _statement() -> CompoundSelect[*tuple[Any, ...]]:
    rollup, region = _ROLLUP.c, _REGION.c
    series = _rollups("series", cast(null(), Text()), "of_months").where(rollup.region_code == bindparam("of_code"))
    named = _ROLLUP.join(_REGION, region.code == rollup.region_code)
    below = _rollups("below", region.name, "of_shown").select_from(named)
    return union_all(_path(), series, below.where(rollup.parent_code == bindparam("of_code")))


_PARTS = _statement()
