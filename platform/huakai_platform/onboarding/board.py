"""Where all sites stand, and which have waited longest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import listing as sites
from huakai_platform.onboarding.models import SiteEvent

OLDEST = 5
AT_REST = frozenset({SiteState.OPEN, SiteState.CLOSED, SiteState.DECLINED})
"""States in which nobody waits for a next step."""


@dataclass(frozen=True)
class Column:
    """A state, how many sites stand there, and the first of the queue."""

    state: SiteState
    count: int
    oldest: Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Board:
    columns: Sequence[Column]
    names: Mapping[str, str]

    @property
    def total(self) -> int:
        return sum(column.count for column in self.columns)

    def place(self, row: Any) -> str:
        return sites.place(row.ancestors, self.names)


def of(session: Session, actor: Actor, region: str | None = None) -> Board:
    """The board of the sites within reach, or of those below a region."""
    within = sites.matching(actor, {"region": region})
    counts = {
        row[0]: row[1] for row in session.execute(select(Site.state, func.count()).where(*within).group_by(Site.state))
    }
    waiting = _waiting(session, within)
    columns = [
        Column(state, counts.get(state, 0), [row for row in waiting if row.state == state]) for state in SiteState
    ]
    return Board(columns, sites.names_of(session, waiting))


def _waiting(session: Session, within: Sequence[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first few of every state by the day they came into it."""
    arrived = select(func.max(SiteEvent.at)).where(SiteEvent.site_id == Site.id).scalar_subquery()
    since = func.coalesce(arrived, Site.created_at)
    queue = (
        select(Site.id, Site.code, Site.name, Site.state, Site.ancestors, since.label("since"))
        .add_columns(func.row_number().over(partition_by=Site.state, order_by=(since, Site.id)).label("place"))
        .where(*within, Site.state.not_in(AT_REST))
        .subquery()
    )
    return session.execute(select(queue).where(queue.c.place <= OLDEST).order_by(queue.c.since, queue.c.id)).all()
