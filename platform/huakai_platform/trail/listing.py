"""The trail as it is read: filtered, searched, the latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import search, tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry, AuditHead
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.fields import Choice, Date, Id, Int, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.paging import Order
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.resources.lists import equals
from huakai_platform.trail import deeds, details
from huakai_platform.trail.deeds import DEEDS, OBJECTS

ROLES: Mapping[str, Message] = {role.value: role.label for role in Role}
LIST, EXPORT = frozenset({"list"}), frozenset({"export"})
PAPER = frozenset({"list", "export", "print"})
_SINCE, _UNTIL = _("从"), _("到")


@dataclass(frozen=True)
class Chain:
    """What the words of the entries of a chain depend on."""

    length: int = 0
    """How many entries it has, where that has been read."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Who acted in the entries of the page, by account."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One deed: who, what, on which object."""

    id: int
    at: datetime
    actor: UUID | None
    actor_name: str
    role: str | None
    deed: str
    object_kind: str
    object: str
    detail: Mapping[str, Any]
    hash: bytes

    @property
    def seq(self) -> int:
        return self.id

    def moment(self, _chain: Chain) -> str:
        return self.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")

    def who(self, _chain: Chain) -> str:
        return self.actor_name or _("系统").render()

    def what(self, _chain: Chain) -> str:
        return deeds.words(self.deed).render()

    def kind(self, _chain: Chain) -> str:
        return deeds.kind(self.object_kind).render()

    def parts(self) -> list[tuple[str, str]]:
        return details.told(self.object_kind, self.detail)

    def told(self, _chain: Chain) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.parts())

    def digest(self, _chain: Chain) -> str:
        return self.hash.hex()


def rows() -> Rows[EntryRow]:
    entry = AuditEntry
    columns = (entry.at, entry.actor, entry.actor_name, entry.role, entry.deed, entry.object_kind, entry.object)
    return Rows(EntryRow, select(entry.seq.label("id"), *columns, entry.detail, entry.hash), summed, with_people)


def with_people(_session: Session, chain: Chain, rows: Sequence[EntryRow]) -> Chain:
    return replace(chain, people={str(row.actor): row.actor_name for row in rows if row.actor})


def summed(_session: Session, _actor: Actor, asked: Mapping[str, Any], chain: Chain) -> int:
    """How many entries there are, where nothing is asked for; 0 is not known."""
    return 0 if any(asked.get(one.name) for one in TRAIL.filters) else chain.length


def since(day: date, _chain: Chain) -> ColumnElement[bool]:
    return AuditEntry.at >= _begin(day)


def until(day: date, _chain: Chain) -> ColumnElement[bool]:
    return AuditEntry.at < _begin(day + timedelta(days=1))


def found_by(words: str, _chain: Chain) -> ColumnElement[bool]:
    """A part of the actor's name, of what a deed is called in either language, or the whole of an object or code."""
    called = [
        deed for deed, message in DEEDS.items() if words in str(message) or words in message.render() or words in deed
    ]
    return or_(
        search.says(AuditEntry.actor_name, words),
        AuditEntry.object == words,
        AuditEntry.deed.in_(called),
    )


TRAIL = Resource[Chain, EntryRow](
    name="trail",
    title=_("审计日志"),
    rows=rows,
    scope=lambda _actor, _parent: (),
    context=lambda session, _actor: Chain(length(session)),
    order="-seq",
    key=AuditEntry.seq,
    most=20_000,
    sorts={"seq": Order((AuditEntry.seq,))},
    filters=(
        Filter("deed", _("事项"), Choice(DEEDS), equals(AuditEntry.deed), lambda _chain: DEEDS),
        Filter("kind", _("对象"), Choice(OBJECTS), equals(AuditEntry.object_kind), lambda _chain: OBJECTS),
        Filter("object", _("编号"), Text(max_length=100), equals(AuditEntry.object), carried=True),
        Filter("actor", _("人员"), Id(), equals(AuditEntry.actor), lambda chain: chain.people, carried=True),
        Filter("since", _SINCE, Date(), since),
        Filter("until", _UNTIL, Date(), until),
        Filter("q", _("人员、事项或对象编号"), Text(max_length=50), found_by),
    ),
    fields=(
        Field("seq", _("序号"), Int(), out=PAPER, width=10, sort="seq"),
        Field("moment", _("时间"), Text(), out=PAPER, width=20),
        Field("who", _("人员"), Text(), out=PAPER, width=16),
        Field("role", _("角色"), Text(), out=EXPORT | {"print"}, choices=lambda _chain: ROLES, width=16),
        Field("what", _("事项"), Text(), out=PAPER, width=26),
        Field("kind", _("对象"), Text(), out=PAPER, width=14),
        Field("object", _("编号"), Text(), out=EXPORT | {"print"}, width=40),
        Field("told", _("详情"), Text(), out=PAPER, width=60),
        Field("digest", _("哈希"), Text(), out=EXPORT, width=66),
    ),
)


def length(session: Session) -> int:
    """How many entries the chain has, by its own end."""
    mine = AuditHead.tenant_id == tenancy.current(session)
    return session.scalar(select(AuditHead.seq).where(mine)) or 0


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
