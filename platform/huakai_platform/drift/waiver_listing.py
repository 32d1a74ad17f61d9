"""The waivers of the sites within reach, those to be decided first; one of them, and those of one site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session, aliased

from huakai_platform.drift import waivers, words
from huakai_platform.drift.models import Waiver
from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Choice, Date, RegionCode, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.listing import EXPORT, PAPER, Regions, in_region
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.resources.words import said
from huakai_platform.standards import service as standards
from huakai_platform.standards.service import Bodies

MOST_OF_SITE = 50
STATES: Mapping[str, Message] = {code: label for code, (label, _tone) in words.STATES.items()}
NAMES = ("id", "site_id", "kind", "code", "reason", "ends_on", "state", "asked_at", "decided_at", "answer")


@dataclass(frozen=True)
class Waived(Regions):
    """What the words of the waivers depend on."""

    today: date = field(default_factory=clock.today)
    bodies: Mapping[UUID, Bodies] = field(default_factory=dict)
    """The editions that the sites of the list go by."""


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver, of which site it is, who asked for it and who decided."""

    id: UUID
    site_id: UUID
    kind: str
    code: str
    reason: str
    ends_on: date
    state: str
    asked_at: datetime
    decided_at: datetime | None
    answer: str | None
    site: str
    site_code: str
    edition_id: UUID | None
    asker: str | None
    decider: str | None

    def name(self, here: Waived) -> tuple[Any, str]:
        """What is waived, in the words of the site's edition, and which place of it."""
        bodies = here.bodies[self.edition_id] if self.edition_id else {}
        return words.requirement(bodies, self.kind, self.code)

    def requirement(self, here: Waived) -> str:
        title, place = self.name(here)
        return " ".join(filter(None, (said(title), place)))

    def asked_on(self, _here: Waived) -> date:
        return self.asked_at.astimezone(clock.CHINA).date()

    def standing(self, here: Waived) -> str:
        return "ended" if self.state == "approved" and self.ends_on < here.today else self.state


def rows() -> Rows[WaiverRow]:
    asker, decider = aliased(Account), aliased(Account)
    query = (
        select(
            *(getattr(Waiver, name) for name in NAMES),
            Site.name.label("site"),
            Site.code.label("site_code"),
            Site.edition_id,
            asker.name.label("asker"),
            decider.name.label("decider"),
        )
        .join(Site, Site.id == Waiver.site_id)
        .outerjoin(asker, asker.id == Waiver.asked_by)
        .outerjoin(decider, decider.id == Waiver.decided_by)
    )
    return Rows(WaiverRow, query, about=with_bodies)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [reach.within(actor)]


def with_bodies(session: Session, here: Waived, rows: Sequence[WaiverRow]) -> Waived:
    """With the editions that these sites go by."""
    editions = {row.edition_id for row in rows if row.edition_id}
    return replace(here, bodies={one: standards.bodies(session, one) for one in editions})


def in_state(state: str, here: Waived) -> ColumnElement[bool]:
    if state == "approved":
        return waivers.holds(here.today)
    if state == "ended":
        return (Waiver.state == "approved") & (Waiver.ends_on < here.today)
    return Waiver.state == state


WAIVERS = Resource[Waived, WaiverRow](
    name="waivers",
    title=_("豁免"),
    rows=rows,
    scope=scope,
    context=lambda _session, _actor: Waived(),
    order="-asked",
    key=Waiver.id,
    most=20_000,
    sorts={"asked": tuple_(Waiver.state == "asked", Waiver.asked_at), "ends": Waiver.ends_on, "site": Site.name},
    filters=(
        Filter("region", _("地区"), RegionCode(), in_region, lambda here: here.choices),
        Filter("state", _("状态"), Choice(words.STATES), in_state, lambda _here: STATES),
    ),
    fields=(
        Field("site", _("站点"), Text(), out=PAPER, width=30, sort="site"),
        Field("site_code", _("编号"), Text(), out=PAPER, width=16),
        Field("kind", _("种类"), Text(), out=EXPORT, choices=lambda _here: words.KINDS, width=14),
        Field("requirement", _("要求"), Text(), out=PAPER, width=40),
        Field("reason", _("理由"), Text(), out=PAPER, width=60),
        Field("asker", _("申请人"), Text(), out=EXPORT, width=14),
        Field("asked_on", _("申请日期"), Date(), out=PAPER, width=12, sort="asked"),
        Field("ends_on", _("截止"), Date(), out=PAPER, width=12, sort="ends"),
        Field("standing", _("状态"), Text(), out=PAPER, choices=lambda _here: STATES, width=10),
        Field("decider", _("审批人"), Text(), out=EXPORT, width=14),
        Field("answer", _("答复"), Text(), out=EXPORT, width=60),
    ),
)


def get(session: Session, actor: Actor, waiver_id: UUID) -> WaiverRow:
    """One waiver of a site within reach. Raises NotFound."""
    found = lists.read(session, WAIVERS, rows().select.where(Waiver.id == waiver_id, *scope(actor, None)))
    if not found:
        raise NotFound(_("没有这份豁免。"))
    return found[0]


def of_site(session: Session, site_id: UUID) -> list[WaiverRow]:
    """All waivers of a site, the latest first."""
    mine = rows().select.where(Waiver.site_id == site_id).order_by(Waiver.asked_at.desc(), Waiver.id)
    return lists.read(session, WAIVERS, mine.limit(MOST_OF_SITE))
