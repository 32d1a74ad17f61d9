"""Whether the published editions are still what was published, definition by definition."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.standards.shipped import EditionFiles, digest, edition_digest

ALTERED, OTHER, MISSING, BEYOND, WHOLE = "altered", "other", "missing", "beyond", "whole"
HOWS: dict[str, Message] = {
    ALTERED: _("内容被改动"),
    OTHER: _("与随附文件不同"),
    MISSING: _("数据库中没有"),
    BEYOND: _("随附文件中没有"),
    WHOLE: _("整版的校验值不一致"),
}


@dataclass(frozen=True)
class Astray:
    """A definition of an edition that is not as it was published; `name` is `kind/code`, empty for an edition."""

    number: int
    name: str
    how: str


def examine(session: Session, shipped: EditionFiles) -> list[Astray]:
    """Every definition whose content no longer gives its hash, and in the edition that is shipped as files every one
    whose hash is not that of its file."""
    found: list[Astray] = []
    for edition in session.scalars(select(Edition).order_by(Edition.number)):
        kept = _kept(session, edition.id)
        found += _altered(edition, kept)
        if edition.number == shipped.number:
            found += _beside(edition.number, {name: one for name, (_now, one) in kept.items()}, shipped)
    return found


def genuine(session: Session, edition: Edition) -> bool:
    """Whether an edition's rows still give its hash."""
    return not list(_altered(edition, _kept(session, edition.id)))


def _kept(session: Session, edition_id: UUID) -> dict[tuple[str, str], tuple[str, str]]:
    """By kind and code the hash of the content as it is now, and the one that was kept with it."""
    rows = session.execute(
        select(EditionDefinition.kind, EditionDefinition.code, EditionDefinition.body, EditionDefinition.digest).where(
            EditionDefinition.edition_id == edition_id
        )
    )
    return {(row.kind, row.code): (digest(row.body), row.digest) for row in rows}


def _altered(edition: Edition, kept: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Astray]:
    """The definitions that changed; the edition as a whole where none of them tells."""
    lost = [f"{kind}/{code}" for (kind, code), (now, then) in sorted(kept.items()) if now != then]
    yield from (Astray(edition.number, name, ALTERED) for name in lost)
    if (
        not lost
        and edition_digest(edition.number, {name: now for name, (now, _then) in kept.items()}) != edition.digest
    ):
        yield Astray(edition.number, "", WHOLE)


def _beside(number: int, kept: dict[tuple[str, str], str], shipped: EditionFiles) -> Iterator[Astray]:
    files = {(one.kind, one.code): one.digest for one in shipped.definitions}
    for kind, code in sorted(kept.keys() | files.keys()):
        row, file = kept.get((kind, code)), files.get((kind, code))
        how = MISSING if row is None else BEYOND if file is None else OTHER if row != file else None
        if how:
            yield Astray(number, f"{kind}/{code}", how)
