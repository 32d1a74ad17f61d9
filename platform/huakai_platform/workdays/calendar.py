"""Which days are worked, as the table says it at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.workdays.models import WorkDay, WorkYear

BEFORE, AHEAD = timedelta(days=7), timedelta(days=45)
"""How far around a day its periods reach, and how early somebody is told that the next year is missing."""


@dataclass(frozen=True)
class Calendar:
    """The days that differ from Monday to Friday; a year that is not known has none."""

    differing: Mapping[date, bool]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        return self.differing.get(day, forms.on_weekdays(day))

    def missing(self, day: date) -> list[int]:
        """The year of a day, and the next one once it is near, as far as nobody has said which of its days are free."""
        return [year for year in sorted({day.year, (day + AHEAD).year}) if year not in self.years]


def around(session: Session, day: date) -> Calendar:
    """What the table says of the weeks around a day: read once in a transaction."""
    years = tuple(sorted({(day - BEFORE).year, day.year, (day + AHEAD).year}))
    kept: dict[tuple[int, ...], Calendar] = session.info.setdefault("workdays", {})
    if years not in kept:
        kept[years] = _read(session, years)
    return kept[years]


def forget(session: Session) -> None:
    """Let the table be read anew after it was changed in this transaction."""
    session.info.pop("workdays", None)


def _read(session: Session, years: tuple[int, ...]) -> Calendar:
    rows = session.execute(
        select(WorkYear.year, WorkDay.day, WorkDay.is_work)
        .outerjoin(WorkDay, extract("year", WorkDay.day) == WorkYear.year)
        .where(WorkYear.year.in_(years))
    ).all()
    return Calendar({row.day: row.is_work for row in rows if row.day}, frozenset(row.year for row in rows))
