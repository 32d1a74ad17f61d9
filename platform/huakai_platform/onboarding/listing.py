"""The sites within reach: their list, and what is looked up of some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Date, Number, RegionCode, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.paging import Order
from huakai_platform.kernel.sites import Site, SiteKind, SiteState
from huakai_platform.onboarding import reach, register
from huakai_platform.onboarding.exporting import OWNERSHIP_LABELS, TIER_LABELS
from huakai_platform.onboarding.register import FIELDS, Ownership, Tier
from huakai_platform.regions import present
from huakai_platform.regions import service as regions
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.resources.lists import equals

MOST = 20_000
KINDS: Mapping[str, Message] = {one.value: one.label for one in SiteKind}
STATES: Mapping[str, Message] = {one.value: one.label for one in SiteState}
OWNERSHIPS: Mapping[str, Message] = {one.value: label for one, label in OWNERSHIP_LABELS.items()}
PAPER = frozenset({"list", "export", "print"})
EXPORT, LIST = frozenset({"export"}), frozenset({"list"})


@dataclass(frozen=True)
class Regions:
    """What the words of a list of sites depend on."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Of the regions in which the sites of the list lie."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The region that is shown, and those right below it."""
    sums: Mapping[str, int] = field(default_factory=dict)
    """What the sites of the region come to, where that has been read already."""

    def place(self, ancestors: Sequence[str]) -> str:
        return place(ancestors, self.names)


class Placed:
    """A row that says where its site lies."""

    __slots__ = ()
    ancestors: Sequence[str]

    def place(self, around: Regions) -> str:
        return around.place(self.ancestors)


@dataclass(frozen=True, slots=True)
class SiteRow(Placed):
    """One site of the list."""

    id: UUID
    code: str
    name: str
    kind: str
    tier: str
    ancestors: Sequence[str]
    place_code: str
    community: str | None
    address: str | None
    area: Decimal | None
    ownership: str | None
    host: str | None
    operator: str | None
    weekly_hours: Decimal | None
    operating_since: date | None
    state: str
    opened_at: datetime | None

    def site(self, _around: Regions) -> str:
        return self.name


@dataclass(frozen=True)
class Named:
    """A site by its number and name."""

    id: UUID
    code: str
    name: str


def rows() -> Rows[SiteRow]:
    columns = (
        Site.id,
        Site.code,
        Site.name,
        Site.kind,
        Site.tier,
        Site.ancestors,
        Site.place_code,
        Site.community,
        Site.address,
        Site.area,
        Site.ownership,
        Site.host,
        Site.operator,
        Site.weekly_hours,
        Site.operating_since,
        Site.state,
        Site.opened_at,
    )
    return Rows(SiteRow, select(*columns).select_from(Site), summed, named)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [reach.within(actor)]


def around(_session: Session, _actor: Actor) -> Regions:
    return Regions()


def named(session: Session, here: Regions, rows: Sequence[Any]) -> Regions:
    """With the names of the regions in which these sites lie."""
    return replace(here, names=names_of(session, rows))


def in_region(code: str, _around: Regions) -> ColumnElement[bool] | None:
    return None if code == regions.COUNTRY else Site.ancestors.contains([code])


def found_by(words: str, _around: Any = None) -> ColumnElement[bool]:
    """A number, a part of the name or community, or the initials of the name's characters."""
    about = search.asked(words)
    said = [search.says(one, about) for one in (Site.name, Site.code, Site.community)]
    if not (pieces := search.pieces(words)):
        return or_(*said)
    indexed = Site.grams.contains(pieces)
    return indexed if about.isascii() and about.isalpha() else and_(indexed, or_(*said))


def summed(session: Session, actor: Actor, asked: Mapping[str, Any], _around: Regions) -> int:
    """How many sites there are, where nothing but their region and state is asked for; 0 is not known."""
    if any(asked.get(name) for name in ("q", "kind", "tier", "ownership")):
        return 0
    state = asked.get("state")
    return held(session, actor, asked.get("region")).get(f"state_{state}" if state else "sites", 0)


REGION = Filter[Regions]("region", _("地区"), RegionCode(), in_region, lambda around: around.choices)
SEARCH = Filter[Regions]("q", _("名称、编号或拼音首字母"), Text(max_length=60), found_by)
TIER = Filter[Regions]("tier", _("级别"), Choice(Tier), equals(Site.tier), lambda _around: TIER_LABELS)


def _registered(
    name: register.Field, kind: Any, out: frozenset[str] = EXPORT, sort: str = "", **more: Any
) -> Field[Regions]:
    """A field that the register has, under the register's name."""
    column = "place_code" if name is register.Field.REGION_CODE else name.value
    return Field(column, FIELDS[name].label, kind, out=out, width=FIELDS[name].width, sort=sort, **more)


SITES = Resource[Regions, SiteRow](
    name="sites",
    title=_("站点"),
    rows=rows,
    scope=scope,
    context=around,
    order="code",
    key=Site.id,
    most=MOST,
    sorts={
        "code": Order((Site.code, Site.id)),
        "name": Order((Site.name, Site.id)),
        "state": Order((Site.code, Site.id), ranks=tuple(Site.state == state.value for state in SiteState)),
        "since": Order((Site.operating_since, Site.id), optional=True),
        "area": Order((Site.area, Site.id), optional=True),
    },
    filters=(
        REGION,
        Filter("state", _("状态"), Choice(SiteState), equals(Site.state), lambda _around: STATES),
        Filter("kind", _("类型"), Choice(SiteKind), equals(Site.kind), lambda _around: KINDS),
        TIER,
        Filter("ownership", _("所有制"), Choice(Ownership), equals(Site.ownership), lambda _around: OWNERSHIPS),
        SEARCH,
    ),
    fields=(
        Field("site", _("站点"), Text(), out=LIST | {"print"}, sort="name"),
        Field("code", _("编号"), Text(), out=PAPER, width=16, sort="code"),
        _registered(register.Field.NAME, Text()),
        _registered(register.Field.KIND, Text(), LIST | EXPORT, choices=lambda _around: KINDS),
        _registered(register.Field.TIER, Text(), PAPER),
        _registered(register.Field.REGION_CODE, Text()),
        _registered(register.Field.COMMUNITY, Text()),
        _registered(register.Field.ADDRESS, Text()),
        _registered(register.Field.AREA, Number(), LIST | EXPORT, "area"),
        _registered(register.Field.OWNERSHIP, Text(), choices=lambda _around: OWNERSHIPS),
        _registered(register.Field.HOST, Text()),
        _registered(register.Field.OPERATOR, Text()),
        _registered(register.Field.OPERATING_SINCE, Date(), PAPER, "since"),
        _registered(register.Field.WEEKLY_HOURS, Number()),
        Field("place", _("地区"), Text(), out=PAPER, width=30),
        Field("state", _("状态"), Text(), out=PAPER, choices=lambda _around: STATES, width=12, sort="state"),
        Field("opened_at", _("开通时间"), Text(), out=EXPORT, width=18),
    ),
)


def some(session: Session, actor: Actor, words: str, most: int) -> tuple[list[SiteRow], Regions]:
    """The first sites that the words mean, from the index alone, without counting the others."""
    query = rows().select.where(reach.within(actor), found_by(words)).order_by(Site.code).limit(most)
    found = lists.read(session, SITES, query)
    return found, named(session, Regions(), found)


def held(session: Session, actor: Actor, region: str | None) -> Mapping[str, int]:
    """What is summed up of the sites of a region within reach; nothing where it is not known."""
    own = reach.region(actor)
    return present.numbers(session, actor.institution_id, region or own or regions.COUNTRY, within=own)


def held_below(session: Session, actor: Actor, code: str) -> list[tuple[str, str, Mapping[str, int]]]:
    """Code, name and sums of the regions right below one within reach that hold sites; none where it is not known."""
    return present.below(session, actor.institution_id, code, within=reach.region(actor))


def matching(actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """What is true of the sites within reach that the filters leave."""
    return [reach.within(actor), *lists.conditions(SITES, asked, Regions())]


def by_code(session: Session, actor: Actor, code: str) -> UUID | None:
    return session.scalar(select(Site.id).where(Site.code == search.fold(code).upper(), reach.within(actor)))


def neighbours(session: Session, actor: Actor, site: Site) -> tuple[Named | None, Named | None]:
    """The sites before and after this one by number."""
    columns = select(Site.id, Site.code, Site.name).where(reach.within(actor))
    before = columns.where(Site.code < site.code).order_by(Site.code.desc()).limit(1)
    after = columns.where(Site.code > site.code).order_by(Site.code).limit(1)
    first, second = (session.execute(one).first() for one in (before, after))
    return Named(*first) if first else None, Named(*second) if second else None


def names_of(session: Session, rows: Sequence[Any]) -> dict[str, str]:
    return regions.names_of(session, {code for row in rows for code in row.ancestors})


def place(ancestors: Sequence[str], names: Mapping[str, str]) -> str:
    """洛阳市 / 洛龙区 / 开元路街道: the last three floors."""
    return " / ".join(names.get(code, code) for code in reversed(ancestors[:3]) if code != regions.COUNTRY)


def regions_below(session: Session, actor: Actor, code: str) -> list[tuple[str, str]]:
    """Code and name of the regions right below one that hold sites within reach."""
    if found := held_below(session, actor, code):
        return [(child, name) for child, name, _numbers in found]
    there = select(func.unnest(Site.ancestors)).where(reach.within(actor), Site.ancestors.contains([code]))
    known = set(session.scalars(there.distinct()))
    return [(child.code, child.name) for child in regions.children(session, code) if child.code in known]
