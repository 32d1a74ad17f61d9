"""The spaces a site has, beside what its edition says they must be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.premises.models import Space
from huakai_tenants.premises.template import Prescribed, of_room, prescribed

STATES: dict[str, Message] = {"planned": _("待核对"), "ready": _("可使用"), "closed": _("停用")}


@dataclass(frozen=True)
class Furnished:
    """A space of the site with what it must be; None when the edition does not know its code."""

    space: Space
    prescribed: Prescribed | None

    @property
    def shortfall(self) -> Message | None:
        """What the measured area falls short of."""
        least = self.prescribed.at_least if self.prescribed else None
        if least is None or self.space.area is None or self.space.area >= least:
            return None
        return _("小于标准要求的 {least} 平方米", least=least)

    @property
    def excess(self) -> Message | None:
        """What the measured area goes beyond."""
        most = self.prescribed.at_most if self.prescribed else None
        if most is None or self.space.area is None or self.space.area <= most:
            return None
        return _("大于标准建议的 {most} 平方米", most=most)

    @property
    def was(self) -> str:
        """What a form was filled from, to find out when somebody else was faster."""
        return f"{self.space.state}:{self.space.area if self.space.area is not None else ''}"


@dataclass(frozen=True)
class Premises:
    spaces: tuple[Furnished, ...]
    optional: tuple[Prescribed, ...]
    """Spaces of the tier that the site may have and does not."""

    @property
    def area(self) -> Decimal:
        return sum((one.space.area for one in self.spaces if one.space.area and one.space.state == "ready"), Decimal())


def create_spaces(session: Session, edition_id: UUID, tier: str) -> None:
    """Write down the spaces that a site of this tier must have; those that are there stay as they are."""
    plan([one for one in prescribed(session, edition_id, tier).values() if one.required], session)


def premises(session: Session) -> Premises:
    """The site's spaces in the order of its edition, its own ones last, and what may be added."""
    known = of_room(session)
    rows = {space.code: space for space in session.scalars(select(Space).order_by(Space.created_at, Space.code))}
    order = [*(code for code in known if code in rows), *(code for code in rows if code not in known)]
    return Premises(
        tuple(Furnished(rows[code], known.get(code)) for code in order),
        tuple(one for code, one in known.items() if code not in rows and one.part is None),
    )


def get(session: Session, space_id: UUID, *, lock: bool = False) -> Furnished:
    """One space of the room; raises NotFound."""
    wanted = select(Space).where(Space.id == space_id)
    space = session.scalar(wanted.with_for_update() if lock else wanted)
    if space is None:
        raise NotFound(_("没有这个空间。"))
    return Furnished(space, of_room(session).get(space.code))


def survey(session: Session, actor: Actor, space_id: UUID, *, area: Decimal | None, state: str, was: str) -> Furnished:
    """Write down a space's area and state; raises Conflict when both changed since `was` was read."""
    found = get(session, space_id, lock=True)
    if found.was != was:
        raise Conflict(
            _(
                "刚才有人改过这个空间(现在：{state},{area} 平方米),请核对后再保存。",
                state=STATES[found.space.state],
                area=found.space.area if found.space.area is not None else "—",
            )
        )
    if state == "ready" and area is None:
        raise Conflict(_("标为“可使用”前请填写面积。"))
    if state == "ready" and found.space.contested and not found.space.twin_reason:
        raise Conflict(_("同一村（社区）或同一场所已有这种功能室：请先说明为什么还要设，或停用这个空间。"))
    found.space.area, found.space.state, found.space.surveyed_on = area, state, clock.today()
    session.flush()
    counted(session)
    audit.record(session, actor, "spaces.surveyed", "space", space_id, state=state, area=area)
    return found


def add(session: Session, actor: Actor, code: str) -> None:
    """Add an optional space of the site's tier."""
    one = of_room(session).get(code)
    if one is None or one.part:
        raise NotFound(_("标准中没有这种空间。"))
    plan([one], session)
    counted(session)
    audit.record(session, actor, "spaces.added", "space", code)


def plan(wanted: Iterable[Prescribed], session: Session) -> None:
    """Write spaces down as planned; those that are there stay as they are."""
    shared = {"tenant_id": tenancy.current(session), "state": "planned", "created_at": clock.now(), "version": 1}
    rows: list[Mapping[str, object]] = [
        {**shared, "id": uuid7(), "code": one.code, "counselling": one.counselling, "guided_by": one.department}
        for one in wanted
    ]
    if rows:
        session.execute(_PLAN, rows)


def counted(session: Session) -> None:
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))


_PLAN = upsert(table(Space)).on_conflict_do_nothing(constraint="space_tenant_id_code_key")
