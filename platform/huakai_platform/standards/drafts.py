"""The next edition while it is written: changed definition by definition, reviewed by a second person, published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service, shipped
from huakai_platform.standards.models import DraftDefinition, Edition, EditionDefinition, EditionDraft
from huakai_platform.standards.service import Bodies
from huakai_platform.standards.shipped import Fault

Name = tuple[str, str]
_ROW = DraftDefinition


class State(StrEnum):
    WRITING = "writing"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Draft:
    """A draft as it stands: its own row, what it changed with the version of each, and the edition it would make."""

    row: EditionDraft
    base: Bodies
    changed: Mapping[Name, Mapping[str, Any] | None]
    versions: Mapping[Name, int]
    writers: frozenset[UUID]

    @property
    def bodies(self) -> Bodies:
        whole = {**self.base, **self.changed}
        return {name: dict(body) for name, body in whole.items() if body is not None}

    @property
    def open(self) -> bool:
        return self.row.state == State.WRITING

    def version(self, kind: str, code: str) -> int:
        """What a change of a definition must have seen; 0 where the draft has left it alone."""
        return self.versions.get((kind, code), 0)

    def body(self, kind: str, code: str) -> dict[str, Any]:
        """Raises NotFound."""
        if (found := self.bodies.get((kind, code))) is None:
            raise NotFound(_("标准中没有这项内容。"))
        return found

    def faults(self) -> list[Fault]:
        """What keeps it from being an edition: the definition, the path in it, and why."""
        return shipped.faults({f"{kind}/{code}": body for (kind, code), body in self.bodies.items()})


def begin(session: Session, actor: Actor, title: Mapping[str, str]) -> UUID:
    """Start the next edition from the newest one."""
    draft_id, base_id = uuid7(), service.newest(session)
    session.execute(
        insert(EditionDraft).values(
            id=draft_id,
            base_id=base_id,
            title=dict(title),
            state=State.WRITING,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
    )
    audit.record(session, actor, "drafts.begun", "edition_draft", draft_id)
    return draft_id


def load(session: Session, draft_id: UUID) -> Draft:
    """Raises NotFound."""
    row = session.get(EditionDraft, draft_id, populate_existing=True)
    if row is None:
        raise NotFound(_("没有这份草稿。"))
    found = session.execute(
        select(_ROW.kind, _ROW.code, _ROW.body, _ROW.version, _ROW.changed_by).where(_ROW.draft_id == draft_id)
    ).all()
    return Draft(
        row,
        service.bodies(session, row.base_id),
        {(one.kind, one.code): one.body for one in found},
        {(one.kind, one.code): one.version for one in found},
        frozenset({row.created_by, *(one.changed_by for one in found)}),
    )


def write(
    session: Session, actor: Actor, draft_id: UUID, name: Name, body: Mapping[str, Any] | None, seen: int
) -> None:
    """Replace one definition, or retire it with None; `seen` is the version that was looked at. Raises Conflict."""
    draft = _held(session, draft_id, State.WRITING)
    if draft.version(*name) != seen:
        raise Conflict(_("这一项刚被别人修改过：您填写的内容还在，请核对后再保存。"))
    values = {"version": seen + 1, "changed_by": actor.account_id, "changed_at": clock.now()}
    changed = {"body": dict(body) if body is not None else None, **values}
    session.execute(
        upsert(_ROW)
        .values(draft_id=draft_id, kind=name[0], code=name[1], **changed)
        .on_conflict_do_update(constraint="draft_definition_pkey", set_=changed)
    )
    audit.record(session, actor, "drafts.changed", "edition_draft", draft_id, kind=name[0], code=name[1])


def revert(session: Session, actor: Actor, draft_id: UUID, name: Name) -> None:
    """Take a definition back to what the base has."""
    _held(session, draft_id, State.WRITING)
    session.execute(delete(_ROW).where(_ROW.draft_id == draft_id, _ROW.kind == name[0], _ROW.code == name[1]))
    audit.record(session, actor, "drafts.reverted", "edition_draft", draft_id, kind=name[0], code=name[1])


def submit(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Ask for the review; a draft with faults or without a change is refused. Raises Invalid or Conflict."""
    draft = _held(session, draft_id, State.WRITING)
    if draft.bodies == draft.base:
        raise Invalid(_("草稿还没有任何改动。"))
    if draft.faults():
        raise Invalid(_("草稿还有错误，改正后再送审。"))
    _move(session, draft_id, State.IN_REVIEW, submitted_by=actor.account_id, submitted_at=clock.now(), reason=None)
    audit.record(session, actor, "drafts.submitted", "edition_draft", draft_id, definitions=len(draft.changed))


def send_back(session: Session, actor: Actor, draft_id: UUID, reason: str) -> None:
    """Give a draft back to its writers."""
    _held(session, draft_id, State.IN_REVIEW)
    _move(session, draft_id, State.WRITING, **_decided(actor), reason=reason)
    audit.record(session, actor, "drafts.sent_back", "edition_draft", draft_id)


def drop(session: Session, actor: Actor, draft_id: UUID, reason: str) -> None:
    """Give a draft up; it stays readable."""
    _held(session, draft_id, State.WRITING, State.IN_REVIEW)
    _move(session, draft_id, State.DROPPED, **_decided(actor), reason=reason)
    audit.record(session, actor, "drafts.dropped", "edition_draft", draft_id)


def may_publish(draft: Draft, actor: Actor) -> bool:
    """A second person: nobody who wrote in the draft or submitted it."""
    return actor.account_id not in draft.writers | {draft.row.submitted_by}


def publish(session: Session, actor: Actor, draft_id: UUID) -> Edition:
    """Make a reviewed draft the newest edition; no site is moved by that. Raises Invalid or Conflict."""
    draft = _held(session, draft_id, State.IN_REVIEW)
    if not may_publish(draft, actor):
        raise Invalid(_("要由没有参与编写和送审的另一个人发布。"))
    if draft.row.base_id != service.newest(session):
        raise Conflict(_("这份草稿写作期间已经发布了更新的版本：请先退回，并更新到最新版本。"))
    if draft.faults():
        raise Invalid(_("草稿还有错误，请退回改正。"))
    edition = _published(session, draft)
    _move(session, draft_id, State.PUBLISHED, **_decided(actor), edition_id=edition.id)
    about = {"number": edition.number, "digest": edition.digest}
    audit.record(session, actor, "editions.published", "edition", edition.id, **about)
    return edition


def catch_up(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Move a draft onto the newest edition. Raises Conflict with the definitions that both have changed."""
    draft = _held(session, draft_id, State.WRITING)
    newest = service.newest(session)
    theirs = service.bodies(session, newest)
    both = sorted(name for name in draft.changed if draft.base.get(name) != theirs.get(name))
    if both:
        named = listed(f"{kind}/{code}" for kind, code in both)
        raise Conflict(_("最新版本也修改了这些内容，请先恢复它们再更新：{names}", names=named))
    session.execute(update(EditionDraft).where(EditionDraft.id == draft_id).values(base_id=newest))
    audit.record(session, actor, "drafts.caught_up", "edition_draft", draft_id)


def recent(session: Session, limit: int, offset: int = 0) -> Sequence[EditionDraft]:
    """Drafts, those in work first, then the newest."""
    done = EditionDraft.state.in_([State.PUBLISHED, State.DROPPED])
    wanted = select(EditionDraft).order_by(done, EditionDraft.created_at.desc()).limit(limit).offset(offset)
    return session.scalars(wanted).all()


def _held(session: Session, draft_id: UUID, *states: State) -> Draft:
    """The draft under its lock, in one of the states. Raises NotFound or Conflict."""
    state = session.scalar(select(EditionDraft.state).where(EditionDraft.id == draft_id).with_for_update())
    if state is not None and state not in states:
        raise Conflict(_("这份草稿的状态已经变化，请刷新后再操作。"))
    return load(session, draft_id)


def _move(session: Session, draft_id: UUID, state: State, **values: Any) -> None:
    session.execute(update(EditionDraft).where(EditionDraft.id == draft_id).values(state=state, **values))


def _decided(actor: Actor) -> dict[str, Any]:
    return {"decided_by": actor.account_id, "decided_at": clock.now()}


def _published(session: Session, draft: Draft) -> Edition:
    number = session.scalars(select(Edition.number).where(Edition.id == draft.row.base_id)).one() + 1
    if session.scalar(select(exists().where(Edition.number == number))):
        raise Conflict(_("第 {number} 版已经发布。", number=number))
    made = [shipped.sealed(_numbered(body, number, draft.row.title)) for body in draft.bodies.values()]
    edition = Edition(
        id=uuid7(),
        number=number,
        title=draft.row.title,
        digest=shipped.edition_digest(number, {(one.kind, one.code): one.digest for one in made}),
        published_at=clock.now(),
    )
    session.add(edition)
    session.flush()
    rows = [{"edition_id": edition.id, **one._asdict()} for one in made]
    session.execute(insert(EditionDefinition), rows)
    return edition


def _numbered(body: dict[str, Any], number: int, title: Mapping[str, str]) -> dict[str, Any]:
    return {**body, "number": number, "title": dict(title)} if body["kind"] == "edition" else body
