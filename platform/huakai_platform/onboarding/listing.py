"""Looking sites up: lists with filters, and what is known of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import paging, search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.paging import Order, Page
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import reach
from huakai_platform.regions import present
from huakai_platform.regions import service as regions

PAGE_SIZE = 50
EQUALS = ("state", "kind", "tier", "ownership")
SORTS: dict[str, Order] = {
    "code": Order((Site.code, Site.id)),
    "name": Order((Site.name, Site.id)),
    "state": Order((Site.code, Site.id), ranks=tuple(Site.state == state.value for state in SiteState)),
    "since": Order((Site.operating_since, Site.id), optional=True),
    "area": Order((Site.area, Site.id), optional=True),
}

Listed = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Listing:
    """Sites of a list with the names of the regions in it, and their page where they are not all of it."""

    rows: Sequence[Listed]
    names: Mapping[str, str]
    cut: Page | None = None

    def place(self, row: Any) -> str:
        return place(row.ancestors, self.names)


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Listing:
    """The page of sites that the filters leave (see SitesQuery), in order."""
    query = _columns().where(*matching(actor, asked))
    total = paging.count(session, query, summed=_summed(session, actor, asked))
    return listed(session, paging.cut(session, query, _order(asked), asked, total, PAGE_SIZE))


def listed(session: Session, cut: Page) -> Listing:
    """A page of sites with the names of their regions."""
    return Listing(cut.rows, names_of(session, cut.rows), cut)


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Listing:
    """All sites that the filters leave, at most `most`, for exports and the command line."""
    query = _order(asked).applied(_columns().where(*matching(actor, asked)))
    rows = session.execute(query.limit(most)).all()
    return Listing(rows, names_of(session, rows))


def some(session: Session, actor: Actor, words: str, most: int) -> Listing:
    """The first sites that the words mean, from the index alone, without counting the others."""
    query = _columns().where(reach.within(actor), _found_by(words)).order_by(Site.code).limit(most)
    rows = session.execute(query).all()
    return Listing(rows, names_of(session, rows))


def held(session: Session, actor: Actor, region: str | None) -> Mapping[str, int]:
    """What is summed up of the sites of a region within reach; nothing where it is not known."""
    own = reach.region(actor)
    return present.numbers(session, actor.institution_id, region or own or regions.COUNTRY, within=own)


def held_below(session: Session, actor: Actor, code: str) -> list[tuple[str, str, Mapping[str, int]]]:
    """Code, name and sums of the regions right below one within reach that hold sites; none where it is not known."""
    return present.below(session, actor.institution_id, code, within=reach.region(actor))


def matching(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [reach.within(actor)]
    if (region := asked.get("region")) and region != regions.COUNTRY:
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
    if found := held_below(session, actor, code):
        return [(child, name) for child, name, _numbers in found]
    there = select(func.unnest(Site.ancestors)).where(reach.within(actor), Site.ancestors.contains([code]))
    known = set(session.scalars(there.distinct()))
    return [(child.code, child.name) for child in regions.children(session, code) if child.code in known]


def _summed(session: Session, actor: Actor, asked: Mapping[str, Any]) -> int:
    """How many sites there are, where nothing but their region and state is asked for; 0 is not known."""
    if any(asked.get(name) for name in ("q", "kind", "tier", "ownership")):
        return 0
    state = asked.get("state")
    return held(session, actor, asked.get("region")).get(f"state_{state}" if state else "sites", 0)


def _columns() -> Select[*tuple[Any, ...]]:
    columns = (
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
    return select(*columns).select_from(Site)


def _order(asked: Mapping[str, Any]) -> Order:
    sort = asked.get("sort") or "code"
    return replace(SORTS[sort.removeprefix("-")], falling=sort.startswith("-"))


def _found_by(words: str) -> ColumnElement[bool]:
    """A number, a part of the name or community, or the initials of the name's characters."""
    about = search.asked(words)
    said = [search.says(one, about) for one in (Site.name, Site.code, Site.community)]
    if not (pieces := search.pieces(words)):
        return or_(*said)
    indexed = Site.grams.contains(pieces)
    return indexed if about.isascii() and about.isalpha() else and_(indexed, or_(*said))
