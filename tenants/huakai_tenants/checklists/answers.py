"""Answering one item, alone or while a colleague answers another; and the proof that goes with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.identity.models import Account
from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.fields import Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists import proof, service
from huakai_tenants.checklists.models import Attachment, ChecklistAnswer, ChecklistRun

NOTE = Text(max_length=500, multiline=True)


class StaleAnswer(StaleVersion):
    """A colleague answered the same item meanwhile: what, who and when; nothing was overwritten."""

    def __init__(self, value: Any, by: str, at: datetime, version: int) -> None:
        super().__init__(_("{name} 刚才也填写了这一项。", name=by), version)
        self.value, self.by, self.at = value, by, at


@dataclass(frozen=True)
class Saved:
    item: forms.Item
    version: int


def save(
    session: Session, actor: Actor, run_id: UUID, code: str, raw: Any, *, version: int, note: str | None = None
) -> Saved:
    """Keep an answer; `version` is the one the page showed, 0 for none. Raises Invalid or StaleAnswer.

    An empty answer takes the present one away; so does an empty `note`, and none leaves the remark as it is.
    """
    run = service.open_run(session, run_id)
    item = item_of(session, run, code)
    if item.kind in ("photo", "document"):
        raise Invalid(_("这一项请上传文件。"))
    try:
        value = forms.check(item, raw)
    except ValidationError as error:
        raise Invalid(_("填写的内容有误。"), {code: list(_messages(error))}) from None
    stored: dict[str, Any] = {"value": {"v": value}}
    if note is not None:
        stored["note"] = remark(code, note)
    if version == 0 and _insert(session, actor, run, code, stored):
        return Saved(item, 1)
    if _update(session, actor, run, code, stored, version):
        return Saved(item, version + 1)
    return _settle(session, run, item, stored)


def remark(code: str, said: str) -> str | None:
    """A remark as it is kept; raises Invalid."""
    try:
        return NOTE.deserialize(said) or None
    except ValidationError as error:
        raise Invalid(_("填写的内容有误。"), {code: list(_messages(error))}) from None


def item_of(session: Session, run: ChecklistRun, code: str) -> forms.Item:
    definition = service.definition_of(session, run)
    if item := definition.item(code):
        return item
    raise NotFound(_("检查单中没有这一项。"))


def attach(session: Session, actor: Actor, run_id: UUID, code: str, name: str, content: bytes) -> UUID | None:
    """Keep a photo or document as proof; the same file again is kept once. Raises FileRefused."""
    run = service.open_run(session, run_id)
    item = item_of(session, run, code)
    made = proof.take(name, content, document=proof.of_documents(item))
    present = session.execute(
        select(Attachment.sha256).where(Attachment.run_id == run_id, Attachment.item == code)
    ).scalars().all()  # fmt: skip
    if made.sha256 in present:
        return None
    if len(present) >= proof.MOST_FILES:
        raise FileRefused(_("每项最多 {count} 个文件。", count=proof.MOST_FILES))
    row = Attachment(
        tenant_id=run.tenant_id,
        id=uuid7(),
        run_id=run_id,
        item=code,
        name=made.name,
        media_type=made.media_type,
        size=len(made.content),
        sha256=made.sha256,
        content=made.content,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    about = {"item": code, "sha256": made.sha256, "size": len(made.content)}
    audit.record(session, actor, "evidence.added", "attachment", row.id, **about)
    return row.id


def attachment(session: Session, attachment_id: UUID) -> tuple[str, bytes]:
    """Media type and bytes of a proof of this room."""
    row = session.execute(
        select(Attachment.media_type, Attachment.content).where(Attachment.id == attachment_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("没有这个文件。"))
    return row.media_type, row.content


def detach(session: Session, actor: Actor, attachment_id: UUID) -> UUID:
    """Take a proof away again; gives its run."""
    run_id = session.scalar(select(Attachment.run_id).where(Attachment.id == attachment_id))
    if run_id is None:
        raise NotFound(_("没有这个文件。"))
    service.open_run(session, run_id)
    session.execute(delete(Attachment).where(Attachment.id == attachment_id))
    audit.record(session, actor, "evidence.removed", "attachment", attachment_id, run=str(run_id))
    return run_id


def _messages(error: ValidationError) -> Iterator[str]:
    found = error.messages
    for said in found if isinstance(found, list) else found.values():
        yield from said if isinstance(said, list) else [said]


def _insert(session: Session, actor: Actor, run: ChecklistRun, code: str, stored: dict[str, Any]) -> bool:
    made = session.execute(
        insert(ChecklistAnswer)
        .values(
            tenant_id=tenancy.current(session),
            id=uuid7(),
            run_id=run.id,
            item=code,
            answered_by=actor.account_id,
            answered_at=clock.now(),
            version=1,
            **stored,
        )
        .on_conflict_do_nothing(constraint="checklist_answer_tenant_id_run_id_item_key")
        .returning(ChecklistAnswer.id)
    )
    return made.one_or_none() is not None


def _update(session: Session, actor: Actor, run: ChecklistRun, code: str, stored: dict[str, Any], version: int) -> bool:
    changed = session.execute(
        update(ChecklistAnswer)
        .where(ChecklistAnswer.run_id == run.id, ChecklistAnswer.item == code, ChecklistAnswer.version == version)
        .values(answered_by=actor.account_id, answered_at=clock.now(), version=version + 1, **stored)
        .returning(ChecklistAnswer.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None


def _settle(session: Session, run: ChecklistRun, item: forms.Item, stored: dict[str, Any]) -> Saved:
    """The same answer twice is no conflict; another one is told, and nothing is overwritten."""
    row = session.execute(
        select(
            ChecklistAnswer.value,
            ChecklistAnswer.note,
            ChecklistAnswer.version,
            ChecklistAnswer.answered_at,
            Account.name,
        )
        .join(Account, Account.id == ChecklistAnswer.answered_by)
        .where(ChecklistAnswer.run_id == run.id, ChecklistAnswer.item == item.code)
    ).one()
    if all(getattr(row, name) == said for name, said in stored.items()):
        return Saved(item, row.version)
    raise StaleAnswer(row.value["v"], row.name, row.answered_at, row.version)
