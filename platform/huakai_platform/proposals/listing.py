"""Proposals as far as a reader reaches, those of the same item side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Choice, Date, Id, RegionCode, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.listing import EXPORT, LIST, PAPER, Regions, in_region
from huakai_platform.proposals import spots
from huakai_platform.proposals.models import Proposal
from huakai_platform.proposals.spots import Spot
from huakai_platform.proposals.words import STATES
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Question, Resource, Rows
from huakai_platform.resources.lists import ListPage, equals
from huakai_platform.resources.words import said
from huakai_platform.standards import service as standards
from huakai_platform.standards.service import Bodies
from huakai_platform.standards.words import KINDS

LABELS: Mapping[str, Message] = {code: label for code, (label, _tone) in STATES.items()}
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
class Proposed(Regions):
    """What the words of the proposals depend on."""

    drafts: Mapping[str, str] = field(default_factory=dict)
    """The draft that is asked for, by what it is called."""
    bodies: Mapping[UUID, Bodies] = field(default_factory=dict)
    """The editions that the proposals are about."""
    firsts: frozenset[UUID] = frozenset()
    """The first proposal of each item of the page."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal and who made it; `same` says how many the list has of the same item."""

    id: UUID
    site_id: UUID | None
    edition_id: UUID
    kind: str
    code: str
    at: str
    change: str
    reason: str
    state: str
    made_at: datetime
    decided_at: datetime | None
    answer: str | None
    draft_id: UUID | None
    merged_into: UUID | None
    site: str | None
    site_code: str | None
    maker: str | None
    same: int

    def spot(self, here: Proposed) -> Spot:
        """What its item is called in the edition that it was made about."""
        return spots.called(here.bodies[self.edition_id], self.kind, self.code, self.at)

    def definition(self, here: Proposed) -> str:
        return said(self.spot(here).title)

    def entry(self, here: Proposed) -> str:
        return said(self.spot(here).entry)

    def item(self, here: Proposed) -> str:
        return " › ".join(filter(None, (self.definition(here), self.entry(here))))

    def by(self, _here: Proposed) -> str | None:
        return self.site or self.maker

    def made_on(self, _here: Proposed) -> date:
        return self.made_at.astimezone(CHINA).date()


def rows() -> Rows[ProposalRow]:
    same = func.count().over(partition_by=(Proposal.kind, Proposal.code, Proposal.at))
    about = (Site.name.label("site"), Site.code.label("site_code"), Account.name.label("maker"), same.label("same"))
    query = (
        select(*(getattr(Proposal, name) for name in NAMES), *about)
        .outerjoin(Site, Site.id == Proposal.site_id)
        .outerjoin(Account, Account.id == Proposal.made_by)
    )
    return Rows(ProposalRow, query, about=with_bodies)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    """All of the institution; of a regional office its own and those of the sites of its region."""
    whole = Proposal.institution_id == actor.institution_id
    if actor.role is Role.INSTITUTION_ADMIN:
        return [whole]
    theirs = Site.ancestors.contains([actor.region_code]) if actor.region_code else Proposal.made_by == actor.account_id
    return [whole & or_(theirs, Proposal.made_by == actor.account_id)]


def with_bodies(session: Session, here: Proposed, rows: Sequence[ProposalRow]) -> Proposed:
    """With the editions that these proposals are about."""
    items = [(row.kind, row.code, row.at) for row in rows]
    firsts = frozenset(row.id for at, row in enumerate(rows) if items[at] not in items[max(0, at - 1) : at])
    return replace(
        here, bodies={one: standards.bodies(session, one) for one in {row.edition_id for row in rows}}, firsts=firsts
    )


PROPOSALS = Resource[Proposed, ProposalRow](
    name="proposals",
    title=_("建议"),
    rows=rows,
    scope=scope,
    context=lambda _session, _actor: Proposed(),
    order="item",
    key=Proposal.id,
    most=20_000,
    sorts={
        "item": tuple_(Proposal.kind, Proposal.code, Proposal.at, Proposal.made_at),
        "made": Proposal.made_at,
    },
    filters=(
        Filter("region", _("地区"), RegionCode(), in_region, lambda here: here.choices),
        Filter("kind", _("种类"), Choice(KINDS), equals(Proposal.kind), lambda _here: KINDS),
        Filter("state", _("状态"), Choice(STATES), equals(Proposal.state), lambda _here: LABELS),
        Filter("draft", _("草稿"), Id(), equals(Proposal.draft_id), lambda here: here.drafts),
    ),
    fields=(
        Field("item", _("条目"), Text(), out=LIST | {"print"}, sort="item"),
        Field("definition", _("定义"), Text(), out=EXPORT, width=20),
        Field("entry", _("条目"), Text(), out=EXPORT, width=40),
        Field("change", _("建议"), Text(), out=PAPER, width=60),
        Field("reason", _("理由"), Text(), out=EXPORT | {"print"}, width=60),
        Field("by", _("提出"), Text(), out=PAPER, width=30),
        Field("made_on", _("日期"), Date(), out=PAPER, width=12, sort="made"),
        Field("state", _("状态"), Text(), out=PAPER, choices=lambda _here: LABELS, width=10),
        Field("answer", _("答复"), Text(), out=EXPORT, width=40),
    ),
)


def mine(session: Session, actor: Actor, page: int) -> ListPage[ProposalRow]:
    """What the room has proposed, or the office itself; the latest first."""
    own = Proposal.site_id == actor.site_id if actor.site_id else _own(actor)
    of_mine = replace(PROPOSALS, scope=lambda _actor, _parent: [own], order="-made")
    return lists.list_page(session, of_mine, actor, Question(page=page), Proposed())


def get(session: Session, actor: Actor, proposal_id: UUID) -> tuple[ProposalRow, Spot]:
    """One within reach, and its item. Raises NotFound."""
    query = rows().select.where(Proposal.id == proposal_id, *scope(actor, None))
    if not (found := lists.read(session, PROPOSALS, query)):
        raise NotFound(_("没有这条建议。"))
    return found[0], found[0].spot(with_bodies(session, Proposed(), found))


def _own(actor: Actor) -> ColumnElement[bool]:
    return (Proposal.made_by == actor.account_id) & Proposal.site_id.is_(None)
