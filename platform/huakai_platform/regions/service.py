"""Looking regions up: by code, by name, by pinyin initials, and along the tree."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session, aliased

from huakai_platform.kernel import search
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.regions.models import Region

COUNTRY = "000000000000"
LEVELS = ("country", "province", "prefecture", "county", "township", "community")
LEVEL_LABELS: dict[str, Message] = {
    "country": _("全国"),
    "province": _("省级"),
    "prefecture": _("地级"),
    "county": _("县级"),
    "township": _("乡级"),
    "community": _("村级"),
}
LEVEL_ORDER = cast(list(LEVELS), ARRAY(TEXT))
MOST = 200

Query = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]


def find(session: Session, words: str, *, within: str | None = None, most: int = 20) -> list[Found]:
    """The valid regions that a code, a name or pinyin initials mean: exact first, then wide before narrow."""
    words = words.strip()
    if not words:
        return []
    some = _matching(words, within).limit(MOST).subquery()
    depth = func.array_position(LEVEL_ORDER, some.c.level)
    return list(session.execute(select(some).order_by(some.c.name != words, depth, some.c.code).limit(most)).all())


def get(session: Session, code: str) -> Region:
    if region := session.get(Region, code):
        return region
    raise NotFound(_("没有这个地区。"))


def children(session: Session, code: str) -> list[Found]:
    """The valid regions right below one."""
    return list(session.execute(_columns().where(Region.parent_code == code).order_by(Region.code)).all())


def path(session: Session, code: str) -> list[tuple[str, str]]:
    """Code and name of a region and all above it, the country first."""
    ancestors = session.scalar(select(Region.ancestors).where(Region.code == code))
    if ancestors is None:
        raise NotFound(_("没有这个地区。"))
    names = names_of(session, ancestors)
    return [(above, names[above]) for above in reversed(ancestors)]


def names_of(session: Session, codes: Collection[str]) -> dict[str, str]:
    rows = session.execute(select(Region.code, Region.name).where(Region.code.in_(list(codes))))
    return {row.code: row.name for row in rows}


def misplaced(session: Session, *, among: Collection[str] | None = None) -> list[str]:
    """Regions whose parent does not stand on a higher level: of all, or among these and what is right below them."""
    above = aliased(Region)
    rises = func.array_position(LEVEL_ORDER, above.level) < func.array_position(LEVEL_ORDER, Region.level)
    query = select(Region.code).join(above, above.code == Region.parent_code).where(~rises).order_by(Region.code)
    if among is not None:
        codes = list(among)
        query = query.where(or_(Region.code.in_(codes), Region.parent_code.in_(codes)))
    return list(session.scalars(query.limit(MOST)))


def successors(session: Session) -> dict[str, str | None]:
    """What follows each region that has a successor."""
    query = select(Region.code, Region.successor_code).where(Region.successor_code.is_not(None))
    return {row.code: row.successor_code for row in session.execute(query)}


def _columns() -> Query:
    return select(Region.code, Region.name, Region.level, Region.parent_code, Region.ancestors).where(
        Region.valid_to.is_(None)
    )


def _matching(words: str, within: str | None) -> Query:
    query = _columns()
    if within and within != COUNTRY:
        query = query.where(Region.ancestors.contains([within]))
    words = search.fold(words)
    if words.isascii() and words.isdigit():
        return _prefix(query, Region.code, words)
    if words.isascii():
        return _prefix(query, Region.initials, words)
    if search.GENERIC.fullmatch(words) is None and (pieces := search.pieces(words)):
        return query.where(Region.grams.contains(pieces), search.says(Region.name, search.asked(words)))
    return _prefix(query, Region.name, words)


def _prefix(query: Query, column: Any, start: str) -> Query:
    """Everything that begins with `start`, by the plain index: the database compares by code point."""
    return query.where(column >= start, column < start + "\U0010ffff").order_by(column, Region.code)
