"""Photos and documents that show that an open point was put right."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists import points, proof, service
from huakai_tenants.checklists.models import OpenPoint, PointEntry, PointFile
from huakai_tenants.checklists.proof import Proof

BEGINS = ("opened", "returned", "recurred")
"""The deeds with which a round begins: what was shown before them shows nothing any more."""
File = tuple[str, bytes]


@dataclass(frozen=True)
class Wanted:
    """What has to be shown before a point counts as put right."""

    count: int
    document: bool


def wanted(item: forms.Item | None) -> Wanted:
    """What the edition's rule for the item asks for; nothing where it has none."""
    if item is None:
        return Wanted(0, False)
    asked = item.kind in ("photo", "document") or item.evidence.when != "never"
    return Wanted(item.evidence.count if asked else 0, proof.of_documents(item))


def of_point(session: Session, point: OpenPoint) -> Wanted:
    run = service.get(session, point.run_id)
    return wanted(service.definition_of(session, run).item(point.item))


def shown(session: Session, point_id: UUID) -> set[str]:
    """The digests of the files of this round."""
    began = select(func.max(PointEntry.at)).where(PointEntry.point_id == point_id, PointEntry.deed.in_(BEGINS))
    found = select(PointFile.sha256).where(PointFile.point_id == point_id)
    since = session.scalar(began)
    return set(session.scalars(found.where(PointFile.added_at > since) if since else found))


def read(files: Iterable[File], known: Collection[str], asked: Wanted) -> list[Proof]:
    """The files as they are kept, none of them twice and none that this round has. Raises Invalid."""
    found = {one.sha256: one for one in (_taken(name, content, asked) for name, content in files)}
    fresh = [one for digest, one in found.items() if digest not in known]
    if len(known) + len(fresh) > proof.MOST_FILES:
        _refuse(_("每次整改最多 {count} 个文件。", count=proof.MOST_FILES))
    return fresh


def require(count: int, asked: Wanted) -> None:
    """Raises Invalid where this round has fewer files than the edition asks for."""
    if count >= asked.count:
        return
    if asked.document:
        _refuse(_("请上传整改的证明文件，至少 {count} 份。", count=asked.count))
    _refuse(_("请上传整改后的照片，至少 {count} 张。", count=asked.count))


def keep(session: Session, actor: Actor, point: OpenPoint, entry_id: UUID, proofs: Iterable[Proof]) -> None:
    """Keep the files of a line of the history."""
    for one in proofs:
        about = {"name": one.name, "media_type": one.media_type, "size": len(one.content), "sha256": one.sha256}
        whose = {"tenant_id": point.tenant_id, "point_id": point.id, "entry_id": entry_id}
        said = {"content": one.content, "added_by": actor.account_id, "added_at": clock.now()}
        session.add(PointFile(id=uuid7(), **whose, **about, **said))
    session.flush()


def prove(session: Session, actor: Actor, point_id: UUID, name: str, content: bytes) -> UUID | None:
    """Add one file to a point's history; nothing when this round has it already. Raises Conflict or Invalid."""
    point = session.scalars(select(OpenPoint).where(OpenPoint.id == point_id).with_for_update()).one_or_none()
    if point is None:
        raise NotFound(_("没有这个待整改项。"))
    if point.state == "closed":
        raise Conflict(_("待整改项的状态已经改变，不能这样处理。"))
    fresh = read([(name, content)], shown(session, point.id), of_point(session, point))
    if not fresh:
        return None
    entry_id = points.enter(session, actor, point.id, "proved")
    keep(session, actor, point, entry_id, fresh)
    audit.record(session, actor, "points.acted", "open_point", point.id, done="proved", files=digests(fresh))
    return session.scalars(select(PointFile.id).where(PointFile.entry_id == entry_id)).one()


def file(session: Session, file_id: UUID) -> tuple[str, bytes]:
    """Media type and bytes of a file of this room's points."""
    found = select(PointFile.media_type, PointFile.content).where(PointFile.id == file_id)
    if row := session.execute(found).one_or_none():
        return row.media_type, row.content
    raise NotFound(_("没有这个文件。"))


def of_entries(session: Session, point_id: UUID) -> Mapping[UUID, list[tuple[UUID, str, str]]]:
    """The id, name and media type of each file, by the line of the history that it came with."""
    found: dict[UUID, list[tuple[UUID, str, str]]] = {}
    about = select(PointFile.entry_id, PointFile.id, PointFile.name, PointFile.media_type)
    for row in session.execute(about.where(PointFile.point_id == point_id).order_by(PointFile.id)):
        found.setdefault(row.entry_id, []).append((row.id, row.name, row.media_type))
    return found


def digests(proofs: Iterable[Proof]) -> list[str]:
    return [one.sha256 for one in proofs]


def _refuse(said: str) -> NoReturn:
    raise Invalid(said, {"files": [said]})


def _taken(name: str, content: bytes, asked: Wanted) -> Proof:
    try:
        return proof.take(name, content, document=asked.document)
    except FileRefused as refused:
        _refuse(refused.message)
