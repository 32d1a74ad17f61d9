"""What regions hold at present: numbers of their sites from the rollups alone, however many sites there are."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, exists, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from huakai_platform.kernel.sites import Site
from huakai_platform.regions.models import Region

PRESENT = date(1, 1, 1)
"""Stands for the month in the rollup of what is so now; a month that turns takes nothing of it away."""

_ROLLUP = table(
    "region_rollup",
    column("region_code"),
    column("parent_code"),
    column("month"),
    column("metrics", JSONB),
    schema="oversight",
)
_NOW = _ROLLUP.c.month == PRESENT


def numbers(session: Session, institution: UUID | None, code: str, *, within: str | None = None) -> Mapping[str, int]:
    """The numbers of a region that lies within another one; none where nobody has summed them up.

    Rollups are of all sites: where another institution has some too, they say nothing of this one's.
    """
    here = select(_ROLLUP.c.metrics).where(_ROLLUP.c.region_code == code, _NOW, *_known(institution, code, within))
    return session.scalar(here) or {}


def below(
    session: Session, institution: UUID | None, code: str, *, within: str | None = None
) -> list[tuple[str, str, Mapping[str, int]]]:
    """Code, name and numbers of the valid regions that hold sites, right below one that lies within another."""
    rows = session.execute(
        select(Region.code, Region.name, _ROLLUP.c.metrics)
        .join(_ROLLUP, and_(_ROLLUP.c.region_code == Region.code, _NOW))
        .where(_ROLLUP.c.parent_code == code, Region.valid_to.is_(None), *_known(institution, code, within))
        .order_by(Region.code)
    )
    return [(row.code, row.name, row.metrics) for row in rows if row.metrics.get("sites")]


def _known(institution: UUID | None, code: str, within: str | None) -> list[ColumnElement[bool]]:
    if within in (None, code):
        return [_alone(institution)]
    return [_alone(institution), exists().where(Region.code == code, Region.ancestors.contains([within]))]


def _alone(institution: UUID | None) -> ColumnElement[bool]:
    """No other institution has a site: the first and the last of an index are this one's."""
    of = Site.institution_id
    ends = (select(of).order_by(one).limit(1).scalar_subquery() for one in (of.asc(), of.desc()))
    return and_(*(end == institution for end in ends))
