"""What an indicator's metric came to at a site, and the rows that it was read from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from huakai_platform.kernel.canonical import digest

PLACES = Decimal("0.01")
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row behind a metric: its id, the day from which it holds, and what it says in codes, dates and numbers."""

    kind: str
    """`run`, `space`, `post`, `member`."""
    id: str
    on: date | None
    met: bool
    """Whether it speaks for the site."""
    says: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    """Photos of a run: id and SHA-256."""

    @property
    def digest(self) -> str:
        """The hash of everything it says, by which the row is known again."""
        on = self.on.isoformat() if self.on else None
        about = {"kind": self.kind, "id": self.id, "on": on, "met": self.met, "says": dict(self.says)}
        return digest(about | {"files": [found for _id, found in self.files]})


@dataclass(frozen=True, slots=True)
class Measured:
    """`met` of `of` in percent; without a value `missing` says why."""

    metric: str
    met: Decimal | None = None
    of: Decimal | None = None
    missing: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def value(self) -> Decimal | None:
        return None if self.met is None or self.of is None else share(self.met, self.of)


@dataclass(frozen=True, slots=True)
class Signals:
    """What makes a site worth a look, beside its score; counts only."""

    overdue_points: int
    overdue_checklists: int
    unchecked_backgrounds: int
    """Members whose last background check is over twelve months old, or who have none."""
    quiet_days: int | None
    """Days since anything was recorded; None when nothing ever was."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Every metric that can be read of a site at a date, and the span that the counted ones look back on."""

    since: date
    until: date
    found: Mapping[str, Measured]
    signals: Signals


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the edition asks of a room; `wrong` says as a code what is not as it should be."""

    kind: str
    code: str
    core: bool = False
    wrong: str | None = None
    allowed: bool = False
    """A variation that the edition allows and the room has made."""


Measure = Callable[[Any, date], Measures]
"""Reads the room that a session has entered, as it was at the end of a day."""
Look = Callable[[Any, date], tuple[Requirement, ...]]
"""Holds the room that a session has entered against everything that its edition asks on a day."""


def share(met: Decimal, of: Decimal) -> Decimal:
    """Percent with two places, rounded down and at most 100, so that nothing rounds up into a band."""
    return min(WHOLE, (WHOLE * met / of).quantize(PLACES, ROUND_FLOOR))
