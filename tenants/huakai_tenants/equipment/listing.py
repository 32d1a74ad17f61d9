"""The equipment of a room: its fields, where each is shown, and by what the list is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Money, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.words import PIECES
from huakai_platform.resources.fields import Field, Filter, Resource, Rows, both
from huakai_platform.resources.lists import contains, equals
from huakai_platform.resources.words import said
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_tenants.equipment import service
from huakai_tenants.equipment.models import EquipmentItem as Item
from huakai_tenants.equipment.plan import Kind, Plan, last_good, plan
from huakai_tenants.premises.models import Space

SOON = 30
"""Days before its end from which a warranty is said to run out soon."""
STATES: dict[str, Message] = {
    "present": _("在册"),
    "in_use": _("在用"),
    "in_repair": _("维修中"),
    "scrapped": _("已报废"),
    "all": _("全部"),
}
WANTS: dict[str, Message] = {
    "check": _("该检查了"),
    "fault": _("有故障"),
    "warranty": _("保修将到期"),
}
"""What an item may want."""
TAKEN = frozenset({"form", "body", "sheet"})
SHOWN = frozenset({"row", "export"})
PAPER = frozenset({"list", "export", "print"})
BOTH = SHOWN | PAPER
NUMBER = r"[A-Za-z0-9][A-Za-z0-9._-]*"


@dataclass(frozen=True)
class Room:
    """What the words and questions of a room's equipment depend on."""

    plan: Plan
    spaces: Sequence[Space]
    titles: Mapping[str, Mapping[str, str]]
    """What the standard calls each space, by code."""
    today: date

    def kind(self, code: str) -> Kind:
        return self.plan.kind(code)

    def called(self, code: str, name: str | None) -> str:
        """A space by its own name, else as the standard calls it."""
        return name or said(self.titles.get(code, code))

    def named(self) -> dict[str, str]:
        return {one.code: self.called(one.code, one.name) for one in self.spaces}

    def places(self) -> dict[str, str]:
        """Where something may stand."""
        return {str(one.id): self.called(one.code, one.name) for one in self.spaces if one.state != "closed"}


@dataclass(frozen=True, slots=True)
class EquipmentRow:
    """One line of the register, and where the thing stands."""

    id: UUID
    number: str
    kind: str
    name: str | None
    serial: str | None
    space_id: UUID | None
    quantity: int
    bought_on: date | None
    price: Decimal | None
    funds: str | None
    warranty_until: date | None
    state: str
    faulty: bool
    checked_on: date | None
    scrapped_on: date | None
    note: str | None
    created_at: datetime
    version: int
    space: str | None
    space_name: str | None

    def place(self, room: Room) -> str | None:
        return room.called(self.space, self.space_name) if self.space else None

    def next_check(self, room: Room) -> date | None:
        """The day from which it should be looked at again; none while it is away or scrapped."""
        since = self.created_at.astimezone(clock.CHINA).date()
        return room.kind(self.kind).next_check(self.checked_on, since) if self.state == "in_use" else None


def room(session: Session, _actor: Actor) -> Room:
    body = standards.body(session, pinned(session).edition_id, "spaces")
    titles = {one["code"]: one["title"] for one in body["spaces"]}
    return Room(plan(session), list(service.spaces(session).values()), titles, clock.today())


def kinds(room: Room) -> Mapping[str, Mapping[str, str]]:
    return {code: one.title for code, one in room.plan.kinds.items()}


def states(_room: Room) -> Mapping[str, Message]:
    return service.STATES


def state(asked: str, _room: Room) -> ColumnElement[bool] | None:
    if asked == "all":
        return None
    return Item.state != "scrapped" if asked == "present" else Item.state == asked


def wants(what: str, room: Room) -> ColumnElement[bool]:
    if what == "fault":
        return or_(Item.faulty, Item.state == "in_repair") & (Item.state != "scrapped")
    if what == "warranty":
        soon = Item.warranty_until.between(room.today, room.today + timedelta(days=SOON))
        return soon & (Item.state != "scrapped")
    return due(room.plan, room.today)


def due(plan: Plan, on: date) -> ColumnElement[bool]:
    """What is in use and was not looked at within the rhythm of its kind."""
    rhythms: dict[str, list[str]] = {}
    for kind in plan.kinds.values():
        if kind.check:
            rhythms.setdefault(kind.check, []).append(kind.code)
    stale = [
        and_(Item.kind.in_(codes), or_(Item.checked_on.is_(None), Item.checked_on <= last_good(rhythm, on)))
        for rhythm, codes in rhythms.items()
    ]
    return and_(Item.state == "in_use", or_(false(), *stale))


def wanting(session: Session, room: Room) -> dict[str, int]:
    """How many items want what, in one statement."""
    counts = [func.count().filter(wants(name, room)).label(name) for name in WANTS]
    row = session.execute(select(*counts).select_from(Item)).one()
    return dict(row._mapping)


def rows() -> Rows[EquipmentRow]:
    columns = [column for column in Item.__table__.c if column.key != "tenant_id"]
    here = (Space.tenant_id == Item.tenant_id) & (Space.id == Item.space_id)
    query = select(*columns, Space.code.label("space"), Space.name.label("space_name"))
    return Rows(EquipmentRow, query.outerjoin_from(Item, Space, here))


def in_space(code: str, _room: Room) -> ColumnElement[bool]:
    return Item.space_id.in_(select(Space.id).where(Space.code == code))


EQUIPMENT = Resource[Room, EquipmentRow](
    name="equipment",
    title=_("设备"),
    rows=rows,
    scope=lambda _actor, _parent: (),
    context=room,
    order="number",
    key=Item.number,
    sorts={
        "number": Item.number,
        "kind": Item.kind,
        "quantity": Item.quantity,
        "bought": Item.bought_on,
        "warranty": Item.warranty_until,
        "checked": Item.checked_on,
    },
    filters=(
        Filter("q", _("编号、型号或序列号"), Text(max_length=40), contains(Item.number, Item.name, Item.serial)),
        Filter("kind", _("设备种类"), Code(), equals(Item.kind), kinds),
        Filter("space", _("所在空间"), Code(), in_space, Room.named),
        Filter("wants", _("需要处理"), Choice(WANTS), wants, lambda _room: WANTS),
        Filter("state", _("状态"), Choice(STATES, load_default="present"), state, lambda _room: STATES),
    ),
    fields=(
        Field(
            "kind", _("设备种类"), Code(required=True), TAKEN, BOTH, kinds, width=24, sort="kind",
            about=both("标准中的代码，或 other A code of the edition, or other."),
        ),
        Field(
            "number", _("设备编号"), Code(NUMBER, max_length=20), TAKEN, BOTH, width=12, sort="number", recognises=1,
            note=_("空白时自动编号。已有的编号表示修改那件设备。"),
            about=both("不给则自动编号 The next free one where none is given."),
        ),
        Field("name", _("品牌型号"), Text(max_length=80), TAKEN, SHOWN | {"print"}, width=24),
        Field("serial", _("序列号"), Text(max_length=60), TAKEN, SHOWN, width=20, recognises=2),
        Field("space_id", _("所在空间"), Id(), TAKEN, frozenset({"row"}), Room.places, width=18),
        Field("place", _("所在空间"), Text(), out=PAPER, width=18),
        Field(
            "quantity", _("数量"), Int(1, 100_000, required=True), TAKEN, BOTH, width=8, sort="quantity",
            note=_("1 或更大的整数。"), units=PIECES,
        ),
        Field("bought_on", _("购置日期"), Date(), TAKEN, SHOWN, sort="bought"),
        Field("price", _("总价（元）"), Money(), TAKEN, SHOWN, note=_("数字，最多两位小数。"), width=12),
        Field("funds", _("资金来源"), Choice(service.FUNDS), TAKEN, SHOWN, lambda _room: service.FUNDS),
        Field("checked_on", _("上次检查"), Date(), out=BOTH, sort="checked"),
        Field("next_check", _("下次检查"), Date(), out=PAPER),
        Field("warranty_until", _("保修至"), Date(), TAKEN, BOTH, note=_("如 2027-01-05。"), sort="warranty"),
        Field("state", _("状态"), Choice(service.STATES, required=True), out=BOTH, choices=states, width=10),
        Field("faulty", _("有故障"), Flag(required=True), out=SHOWN, width=8),
        Field("scrapped_on", _("报废日期"), Date(), out=SHOWN),
        Field("note", _("备注"), Text(max_length=500, multiline=True), TAKEN, SHOWN, width=30),
    ),
)  # fmt: skip
GUIDE: tuple[Message, ...] = (
    _("每行一件，或同时购置的几件同类设备，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _(
        "编号或序列号已登记的行修改那件设备；两者都空白、内容与已登记的完全相同的行视为同一件，不重复登记；其余登记为新设备，自动编号。"
    ),
    _("空白的格子不改动已登记的内容。检查、送修和报废请在设备页面进行。"),
)


def labelled(row: EquipmentRow, room: Room) -> tuple[str, str, str | None]:
    """What a label says: number, kind and place."""
    return row.number, said(room.kind(row.kind).title), row.place(room)
