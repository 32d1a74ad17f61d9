"""Where all sites stand, and which have waited longest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.paging import NUMBERED
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding.listing import Placed, Regions

OLDEST = 5
AT_REST = frozenset({SiteState.OPEN, SiteState.CLOSED, SiteState.DECLINED})
"""States in which nobody waits for a next step."""


@dataclass(frozen=True, slots=True)
class Waiting(Placed):
    """A site and since when it waits for its next step."""

    id: UUID
    code: str
    name: str
    state: str
    ancestors: Sequence[str]
    since: datetime


@dataclass(frozen=True)
class Column:
    """A state, how many sites stand there, and the first of the queue."""

    state: SiteState
    count: int
    oldest: Sequence[Waiting]


@dataclass(frozen=True)
class Board:
    columns: Sequence[Column]
    regions: Regions

    @property
    def total(self) -> int:
        return sum(column.count for column in self.columns)


def of(session: Session, actor: Actor, region: str | None = None) -> Board:
    """The board of the sites within reach, or of those below a region."""
    within = sites.matching(actor, {"region": region})
    counts = _counts(session, actor, region, within)
    waiting = _waiting(session, within)
    columns = [
        Column(state, counts.get(state, 0), [row for row in waiting if row.state == state]) for state in SiteState
    ]
    return Board(columns, sites.named(session, Regions(), waiting))


def _counts(session: Session, actor: Actor, region: str | None, within: Sequence[Any]) -> Mapping[str, int]:
    """How many sites stand in each state: counted, or where they are many as it is summed up."""
    held = sites.held(session, actor, region)
    if held.get("sites", 0) > NUMBERED:
        return {state: held.get(f"state_{state}", 0) for state in SiteState}
    rows = session.execute(select(Site.state, func.count()).where(*within).group_by(Site.state))
    return {row[0]: row[1] for row in rows}


def _waiting(session: Session, within: Sequence[Any]) -> list[Waiting]:
    """The first few of every state by the day they came into it."""
    columns = (Site.id, Site.code, Site.name, Site.state, Site.ancestors, Site.state_since.label("since"))
    queues = (
        select(*columns).where(*within, Site.state == state).order_by(Site.state_since, Site.id).limit(OLDEST)
        for state in SiteState
        if state not in AT_REST
    )
    waiting = union_all(*(select(queue.subquery()) for queue in queues)).subquery()
    found = session.execute(select(waiting).order_by(waiting.c.since, waiting.c.id))
    return [Waiting(*row) for row in found]
