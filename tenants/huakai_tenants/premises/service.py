"""The spaces a site has, beside what its edition says they must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_tenants.premises.models import Space

STATES: dict[str, Message] = {"planned": _("待核对"), "ready": _("可使用"), "closed": _("停用")}


@dataclass(frozen=True)
class Prescribed:
    """What the edition says of one space: its texts are `{"zh", "en"}`, the areas square metres."""

    code: str
    title: dict[str, str]
    text: dict[str, str]
    required: bool
    at_least: Decimal | None
    at_most: Decimal | None


@dataclass(frozen=True)
class Furnished:
    """A space of the site with what it must be; None when the edition no longer knows its code."""

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


def furnish(session: Session, edition_id: UUID, tier: str) -> None:
    """Write down the spaces that a site of this tier must have; those that are there stay as they are."""
    codes = [one.code for one in prescribed(session, edition_id, tier).values() if one.required]
    if codes:
        _insert(session, codes)


def premises(session: Session) -> Premises:
    """The site's spaces in the order of its edition, and what may be added."""
    known = _of_room(session)
    rows = {space.code: space for space in session.scalars(select(Space).order_by(Space.code))}
    order = [*(code for code in known if code in rows), *(code for code in rows if code not in known)]
    return Premises(
        tuple(Furnished(rows[code], known.get(code)) for code in order),
        tuple(one for code, one in known.items() if code not in rows),
    )


def get(session: Session, space_id: UUID, *, lock: bool = False) -> Furnished:
    """One space of the room; raises NotFound."""
    wanted = select(Space).where(Space.id == space_id)
    space = session.scalar(wanted.with_for_update() if lock else wanted)
    if space is None:
        raise NotFound(_("没有这个空间。"))
    return Furnished(space, _of_room(session).get(space.code))


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
    found.space.area, found.space.state, found.space.surveyed_on = area, state, clock.today()
    session.flush()
    audit.record(session, actor, "spaces.surveyed", "space", space_id, state=state, area=area)
    return found


def add(session: Session, actor: Actor, code: str) -> None:
    """Add an optional space of the site's tier."""
    if code not in _of_room(session):
        raise NotFound(_("标准中没有这种空间。"))
    _insert(session, [code])
    audit.record(session, actor, "spaces.added", "space", code)


def prescribed(session: Session, edition_id: UUID, tier: str) -> dict[str, Prescribed]:
    """The spaces of a tier by code, the required ones first."""
    body = standards.body(session, edition_id, "spaces")
    about = {one["code"]: one for one in body["spaces"]}
    mine: Mapping[str, Any] = next((one for one in body["tiers"] if one["tier"] == tier), {})
    wanted = [(code, True) for code in mine.get("required", ())] + [(code, False) for code in mine.get("optional", ())]
    return {code: _prescribed(about[code], required) for code, required in wanted}


def _prescribed(about: Mapping[str, Any], required: bool) -> Prescribed:
    area = about.get("area") or {}
    least, most = (Decimal(str(area[name])) if name in area else None for name in ("at_least", "at_most"))
    return Prescribed(about["code"], about["title"], about.get("text") or {}, required, least, most)


def _of_room(session: Session) -> Mapping[str, Prescribed]:
    """What the edition asks of the room that the session has entered."""
    here = pinned(session)
    return prescribed(session, here.edition_id, here.tier)


_PLAN = upsert(table(Space)).on_conflict_do_nothing(constraint="space_tenant_id_code_key")


def _insert(session: Session, codes: list[str]) -> None:
    tenant_id, now = tenancy.current(session), clock.now()
    about = {"tenant_id": tenant_id, "state": "planned", "created_at": now}
    session.execute(_PLAN, [{**about, "id": uuid7(), "code": code} for code in codes])
