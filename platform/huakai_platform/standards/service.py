"""Published editions: loaded once, pinned by sites, read from memory because they never change."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards.blank import BLANK
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.standards.shipped import EditionFiles

Bodies = Mapping[tuple[str, str], dict[str, Any]]


def publish(session: Session, files: EditionFiles) -> UUID:
    """Write an edition down; again changes nothing, and another content under the same number is refused."""
    edition_id = uuid7()
    session.execute(
        upsert(Edition)
        .values(
            id=edition_id,
            number=files.number,
            title={"zh": files.title.zh, "en": files.title.en},
            digest=files.digest,
            published_at=clock.now(),
        )
        .on_conflict_do_nothing(constraint="edition_number_key")
    )
    found = session.execute(select(Edition.id, Edition.digest).where(Edition.number == files.number)).one()
    if found.digest != files.digest:
        raise Conflict(_("第 {number} 版已经发布，内容不同；已发布的版本不能修改。", number=files.number))
    if found.id == edition_id:
        session.execute(
            insert(EditionDefinition),
            [
                {"edition_id": edition_id, "kind": one.kind, "code": one.code, "body": one.body, "digest": one.digest}
                for one in files.definitions
            ],
        )
    edition: UUID = found.id
    return edition


def published(session: Session) -> bool:
    """Whether there is any edition."""
    return bool(session.scalar(select(exists().select_from(Edition))))


def newest(session: Session) -> UUID:
    """The edition that a site opened now is pinned to."""
    if edition_id := session.scalar(select(Edition.id).order_by(Edition.number.desc()).limit(1)):
        return edition_id
    raise NotFound(_("还没有发布任何标准版本。"))


def edition(session: Session, edition_id: UUID) -> Edition:
    """Raises NotFound."""
    if found := session.get(Edition, edition_id):
        return found
    raise NotFound(_("没有这个标准版本。"))


def previous(session: Session, later: Edition) -> Edition | None:
    """The edition before another."""
    return session.scalar(select(Edition).where(Edition.number < later.number).order_by(Edition.number.desc()).limit(1))


def bodies(session: Session, edition_id: UUID) -> Bodies:
    """Every definition of an edition by kind and code."""
    if edition_id not in _BODIES:
        rows = session.execute(
            select(EditionDefinition.kind, EditionDefinition.code, EditionDefinition.body).where(
                EditionDefinition.edition_id == edition_id
            )
        )
        if not (found := {(row.kind, row.code): row.body for row in rows}):
            raise NotFound(_("没有这个标准版本。"))
        _BODIES[edition_id] = found
    return _BODIES[edition_id]


def read(edition_id: UUID) -> Bodies:
    """The definitions of an edition that this process has read before. Raises KeyError for any other."""
    return _BODIES[edition_id]


def body(session: Session, edition_id: UUID, kind: str, code: str | None = None) -> Mapping[str, Any]:
    """One definition; its code may be left out where the kind has only one.

    What an older edition lacks of such a kind is there, and empty. Raises NotFound for one of many that it lacks.
    """
    known = bodies(session, edition_id)
    found = next((one for name, one in known.items() if name[0] == kind and code in (None, name[1])), None)
    if found is None and (kind not in BLANK or code not in (None, kind)):
        raise NotFound(_("标准中没有这项内容。"))
    return {**BLANK.get(kind, {}), **(found or {})}


def lacks(session: Session, edition_id: UUID, kind: str) -> bool:
    """Whether an edition says nothing at all of a kind."""
    return all(name[0] != kind for name in bodies(session, edition_id))


def ever(session: Session, kind: str, code: str, **holds: str) -> bool:
    """Whether any edition that was published has this definition, and in it these texts at these names."""
    asked = [EditionDefinition.body[name].as_string() == text for name, text in holds.items()]
    there = exists().where(EditionDefinition.kind == kind, EditionDefinition.code == code, *asked)
    return bool(session.scalar(select(there)))


def checklists(session: Session, edition_id: UUID, tier: str) -> dict[str, forms.Definition]:
    """The checklists of a tier by code."""
    bodies(session, edition_id)
    return _checklists(edition_id, tier)


@lru_cache(maxsize=64)
def _checklists(edition_id: UUID, tier: str) -> dict[str, forms.Definition]:
    made = (forms.definition(found) for (kind, _code), found in _BODIES[edition_id].items() if kind == "checklist")
    return {one.code: one.at_tier(tier) for one in made if not one.tiers or tier in one.tiers}


_BODIES: dict[UUID, Bodies] = {}
"""Published editions never change, so a process reads each of them once."""
