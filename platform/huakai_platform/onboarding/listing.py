"""Looking sites up: lists with filters, and what is known of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TEXT, ColumnElement, Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import reach
from huakai_platform.regions import service as regions

PAGE_SIZE = 50
EQUALS = ("state", "kind", "tier", "ownership")
STATE_ORDER = func.array_position(literal([state.value for state in SiteState], ARRAY(TEXT)), Site.state)
SORTS: dict[str, InstrumentedAttribute[Any] | ColumnElement[Any]] = {
    "code": Site.code,
    "name": Site.name,
    "state": STATE_ORDER,
    "since": Site.operating_since,
    "area": Site.area,
}

Listed = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Listing:
    """One page of a list, the number of pages and of sites, and the names of the regions in it."""

    rows: Sequence[Listed]
    total: int
    page: int
    names: Mapping[str, str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def place(self, row: Any) -> str:
        return place(row.ancestors, self.names)


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Listing:
    """The page of sites that the filters leave (see SitesQuery), in order."""
    conditions = matching(actor, asked)
    total = session.scalar(select(func.count()).select_from(Site).where(*conditions)) or 0
    page = min(asked.get("page", 1), max(1, -(-total // PAGE_SIZE)))
    query = _columns().where(*conditions).order_by(*_order(asked.get("sort", "code")))
    rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Listing(rows, total, page, names_of(session, rows))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All sites that the filters leave, at most `most`, for exports and the command line."""
    query = _columns().where(*matching(actor, asked)).order_by(*_order(asked.get("sort", "code"))).limit(most)
    rows = session.execute(query).all()
    return Listing(rows, len(rows), 1, names_of(session, rows))


def some(session: Session, actor: Actor, words: str, most: int) -> Listing:
    """The first sites that the words mean, from the index alone, without counting the others."""
    query = _columns().where(reach.within(actor), _found_by(words)).order_by(Site.code).limit(most)
    rows = session.execute(query).all()
    return Listing(rows, len(rows), 1, names_of(session, rows))


def matching(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [reach.within(actor)]
    if region := asked.get("region"):
        conditions.append(Site.ancestors.contains([region]))
    conditions += [getattr(Site, name) == value for name in EQUALS if (value := asked.get(name))]
    if words := asked.get("q"):
        conditions.append(_found_by(words))
    return conditions


def by_code(session: Session, actor: Actor, code: str) -> UUID | None:
    return session.scalar(select(Site.id).where(Site.code == search.fold(code).upper(), reach.within(actor)))


def neighbours(session: Session, actor: Actor, site: Site) -> tuple[Listed | None, Listed | None]:
    """The sites before and after this one by number."""
    columns = select(Site.id, Site.code, Site.name).where(reach.within(actor))
    before = columns.where(Site.code < site.code).order_by(Site.code.desc()).limit(1)
    after = columns.where(Site.code > site.code).order_by(Site.code).limit(1)
    return session.execute(before).first(), session.execute(after).first()


def names_of(session: Session, rows: Sequence[Any]) -> dict[str, str]:
    return regions.names_of(session, {code for row in rows for code in row.ancestors})


def place(ancestors: Sequence[str], names: Mapping[str, str]) -> str:
    """洛阳市 / 洛龙区 / 开元路街道: the last three floors."""
    return " / ".join(names.get(code, code) for code in reversed(ancestors[:3]) if code != regions.COUNTRY)


def regions_below(session: Session, actor: Actor, code: str) -> list[tuple[str, str]]:
    """Code and name of the regions right below one that hold sites within reach."""
    held = select(func.unnest(Site.ancestors)).where(reach.within(actor), Site.ancestors.contains([code]))
    there = set(session.scalars(held.distinct()))
    return [(child.code, child.name) for child in regions.children(session, code) if child.code in there]


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Site.id,
        Site.code,
        Site.name,
        Site.kind,
        Site.tier,
        Site.ancestors,
        Site.place_code,
        Site.community,
        Site.address,
        Site.area,
        Site.ownership,
        Site.host,
        Site.operator,
        Site.weekly_hours,
        Site.operating_since,
        Site.state,
        Site.opened_at,
    )


def _order(sort: str) -> tuple[Any, ...]:
    column = SORTS[sort.lstrip("-")]
    return (column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last(), Site.id)


def _found_by(words: str) -> ColumnElement[bool]:
    """A number, a part of the name or community, or the initials of the name's characters."""
    about = search.asked(words)
    said = [search.says(one, about) for one in (Site.name, Site.code, Site.community)]
    if not (pieces := search.pieces(words)):
        return or_(*said)
    indexed = Site.grams.contains(pieces)
    return indexed if about.isascii() and about.isalpha() else and_(indexed, or_(*said))
