"""A room changes what its edition allows it to change, and takes it back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards.difference import tightens
from huakai_tenants.variations import allowed
from huakai_tenants.variations.applying import OWN, length
from huakai_tenants.variations.models import IN_FORCE, Variation

MOST_FILES = 5
"""How many photos a stricter rule may ask of one item."""


def add_item(session: Session, actor: Actor, checklist: str, text: str, kind: str) -> UUID:
    """Add an item of the room's own to a checklist, for the runs that begin from now on."""
    limits = allowed.of_room(session)
    if checklist not in limits.checklists:
        raise NotFound(_("标准不允许调整这一项。"))
    if len(limits.items) >= limits.most_items:
        raise Conflict(_("自加检查项最多 {most} 项。", most=limits.most_items))
    same = (one.value["text"] == text and one.spot.partition("/")[0] == checklist for one in limits.items)
    if any(same):
        raise Conflict(_("这张检查单已有同样的自加项。"))
    ever = select(func.count()).select_from(Variation).where(Variation.kind == "item")
    number = (session.scalar(ever) or 0) + 1
    return _write(session, actor, "item", f"{checklist}/{OWN}_{number}", {"text": text, "kind": kind})


def tighten(session: Session, actor: Actor, code: str, value: Decimal) -> UUID:
    """Set a bound stricter than the edition has it. Raises Invalid for one that is not."""
    of = allowed.of_room(session).threshold(code)
    most = of.bound == "count" and (value != int(value) or value > MOST_FILES)
    if most or not tightens(of.bound, of.standard, value):
        raise Invalid(_("只能比标准更严。"), {"bound": [_("只能比标准（{standard}）更严。", standard=of.standard)]})
    return _write(session, actor, "threshold", code, {"bound": str(value)}, instead=of.now)


def call(session: Session, actor: Actor, kind: str, code: str, name: str) -> UUID:
    """Call a space or post by the room's own name."""
    limits = allowed.of_room(session)
    if code not in dict(limits.names.get(kind, ())):
        raise NotFound(_("标准不允许调整这一项。"))
    spot = f"{kind}/{code}"
    return _write(session, actor, "name", spot, {"name": name}, instead=limits.named.get(spot))


def open_hours(session: Session, actor: Actor, days: Sequence[dict[str, Any]]) -> UUID:
    """Set the hours of the week. Raises Invalid below the least of the tier."""
    limits = allowed.of_room(session)
    if length(days, limits.counted) < limits.least:
        text = _("每周至少开放 {least} 小时。", least=limits.least)
        if limits.counted == "days":
            text = _("每周至少开放 {least} 天。", least=limits.least)
        raise Invalid(text, {"opening": [text]})
    return _write(session, actor, "opening", "week", {"days": list(days)}, instead=limits.opening)


def end(session: Session, actor: Actor, variation_id: UUID) -> None:
    """Go back to what the edition says, from now on. Raises NotFound or Conflict."""
    found = session.scalar(select(Variation).where(Variation.id == variation_id).with_for_update())
    if found is None:
        raise NotFound(_("没有这项调整。"))
    if found.until is not None:
        raise Conflict(_("这项调整已经撤销。"))
    _end(session, actor, found, clock.now())
    _counted_anew(session)
    audit.record(session, actor, "variations.ended", "variation", variation_id, kind=found.kind)


_INSERT = (
    upsert(table(Variation))
    .on_conflict_do_nothing(index_elements=["tenant_id", "kind", "spot"], index_where=IN_FORCE)
    .returning(table(Variation).c.id)
)


def _write(
    session: Session, actor: Actor, kind: str, spot: str, value: dict[str, Any], *, instead: Variation | None = None
) -> UUID:
    if instead is not None and instead.value == value:
        return instead.id
    now = clock.now()
    if instead is not None:
        _end(session, actor, instead, now)
    about = {"tenant_id": tenancy.current(session), "id": uuid7(), "by": actor.account_id, "since": now}
    made = session.scalar(_INSERT, about | {"kind": kind, "spot": spot, "value": value})
    if made is None:
        raise Conflict(_("刚才有人改过这一项，请核对后再保存。"))
    _counted_anew(session)
    audit.record(session, actor, "variations.made", "variation", made, kind=kind)
    return UUID(str(made))


def _end(session: Session, actor: Actor, row: Variation, now: datetime) -> None:
    row.until, row.ended_by = now, actor.account_id
    session.flush()


def _counted_anew(session: Session) -> None:
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
