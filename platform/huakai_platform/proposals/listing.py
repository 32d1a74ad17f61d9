"""Proposals as far as a reader reaches, those of the same item side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.proposals.models import Proposal

PAGE_SIZE = 50
Listed = Row[*tuple[Any, ...]]
NAMES = (
    "id",
    "site_id",
    "edition_id",
    "kind",
    "code",
    "at",
    "change",
    "reason",
    "state",
    "made_at",
    "decided_at",
    "answer",
    "draft_id",
    "merged_into",
)


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Listed]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_page(session: Session, actor: Actor, asked: Mapping[str, Any]) -> Listing:
    """A page of what the filters leave; `same` says how many the page's list has of the same item."""
    return _page(session, _conditions(actor, asked), asked["page"], (Proposal.kind, Proposal.code, Proposal.at))


def mine(session: Session, actor: Actor, page: int) -> Listing:
    """What the room has proposed, or the office itself; the latest first."""
    own = Proposal.site_id == actor.site_id if actor.site_id else _own(actor)
    return _page(session, [own], page, (Proposal.made_at.desc(),))


def all_rows(session: Session, actor: Actor, asked: Mapping[str, Any], most: int) -> Sequence[Listed]:
    """All that the filters leave, at most `most`, for the workbook."""
    ordered = _columns().where(*_conditions(actor, asked)).order_by(Proposal.kind, Proposal.code, Proposal.at)
    return session.execute(ordered.limit(most)).all()


def get(session: Session, actor: Actor, proposal_id: UUID) -> Listed:
    """One within reach. Raises NotFound."""
    if found := session.execute(_columns().where(Proposal.id == proposal_id, _reach(actor))).one_or_none():
        return found
    raise NotFound(_("没有这条建议。"))


def unordered_query(actor: Actor, asked: Mapping[str, Any]) -> Select[*tuple[Any, ...]]:
    """What the filters leave, in no order, for a list that goes on by key."""
    return _columns().where(*_conditions(actor, asked))


def _page(session: Session, conditions: Sequence[ColumnElement[bool]], page: int, order: tuple[Any, ...]) -> Listing:
    counted = select(func.count()).select_from(Proposal).outerjoin(Site, Site.id == Proposal.site_id)
    total = session.scalar(counted.where(*conditions)) or 0
    page = min(page, max(1, -(-total // PAGE_SIZE)))
    ordered = _columns().where(*conditions).order_by(*order, Proposal.made_at, Proposal.id)
    return Listing(session.execute(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all(), total, page)


def _conditions(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [_reach(actor)]
    conditions += [getattr(Proposal, name) == asked[name] for name in ("kind", "state") if asked.get(name)]
    if draft_id := asked.get("draft"):
        conditions.append(Proposal.draft_id == draft_id)
    if region := asked.get("region"):
        conditions.append(Site.ancestors.contains([region]))
    return conditions


def _reach(actor: Actor) -> ColumnElement[bool]:
    """All of the institution; of a regional office its own and those of the sites of its region."""
    whole = Proposal.institution_id == actor.institution_id
    if actor.role is Role.INSTITUTION_ADMIN:
        return whole
    theirs = Site.ancestors.contains([actor.region_code]) if actor.region_code else Proposal.made_by == actor.account_id
    return whole & or_(theirs, Proposal.made_by == actor.account_id)


def _own(actor: Actor) -> ColumnElement[bool]:
    return (Proposal.made_by == actor.account_id) & Proposal.site_id.is_(None)


def _columns() -> Select[*tuple[Any, ...]]:
    same = func.count().over(partition_by=(Proposal.kind, Proposal.code, Proposal.at))
    about = (Site.name.label("site"), Site.code.label("site_code"), Account.name.label("maker"), same.label("same"))
    return (
        select(*(getattr(Proposal, name) for name in NAMES), *about)
        .outerjoin(Site, Site.id == Proposal.site_id)
        .outerjoin(Account, Account.id == Proposal.made_by)
    )
