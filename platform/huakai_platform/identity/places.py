"""Finding the region or site that somebody means by a code or a name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import column, select, table
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.sites import Site

REGION = table(
    "region",
    column("code"),
    column("name"),
    column("level"),
    column("ancestors", ARRAY(TEXT)),
    column("grams", ARRAY(TEXT)),
    column("valid_to"),
    schema="platform",
)
MOST = 20


def regions(session: Session, text: str) -> Sequence[tuple[str, str]]:
    """The regions of a code, else of a name or a part of one, as (code, name with what is above); at most twenty."""
    text = search.fold(text)
    statement = select(REGION.c.code, REGION.c.name, REGION.c.ancestors).where(REGION.c.valid_to.is_(None)).limit(MOST)
    if text.isascii() and text.isdigit():
        rows = session.execute(statement.where(REGION.c.code == text.ljust(12, "0"))).all()
    else:
        named = statement.where(REGION.c.grams.contains(search.pieces(text) or [text])).order_by(REGION.c.code)
        rows = session.execute(named.where(REGION.c.name == text)).all()
        rows = rows or session.execute(named.where(search.says(REGION.c.name, search.asked(text)))).all()
    above = {code for row in rows for code in row.ancestors}
    upper = session.execute(select(REGION.c.code, REGION.c.name).where(REGION.c.code.in_(above)))
    names = {row.code: row.name for row in upper}
    return [(row.code, "".join(names[code] for code in reversed(row.ancestors[:-1]))) for row in rows]


def sites(session: Session, text: str, *, institution_id: UUID) -> Sequence[tuple[UUID, str]]:
    """The sites of a code, else of a name or a part of one, as (id, name with code); at most twenty."""
    mine = select(Site.id, Site.name, Site.code).where(Site.institution_id == institution_id).limit(MOST)
    rows = session.execute(mine.where(Site.code == search.fold(text).upper())).all()
    rows = rows or session.execute(mine.where(Site.name == text)).all()
    rows = rows or session.execute(mine.where(search.says(Site.name, search.asked(text))).order_by(Site.code)).all()
    return [(row.id, f"{row.name}({row.code})") for row in rows]
