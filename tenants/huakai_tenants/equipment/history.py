"""What was done with a piece of equipment, line by line; a line is never changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem

DEEDS: dict[str, Message] = {
    "added": _("登记"),
    "changed": _("修改"),
    "checked": _("检查正常"),
    "failed": _("检查发现故障"),
    "sent": _("送修"),
    "returned": _("修复取回"),
    "scrapped": _("报废"),
}


def of(session: Session, item_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was done with an item and by whom, the last first."""
    return session.execute(
        select(
            EquipmentEvent.deed,
            EquipmentEvent.held_on,
            EquipmentEvent.note,
            EquipmentEvent.says,
            EquipmentEvent.at,
            Account.name.label("who"),
        )
        .outerjoin(Account, Account.id == EquipmentEvent.by)
        .where(EquipmentEvent.item_id == item_id)
        .order_by(EquipmentEvent.at.desc(), EquipmentEvent.id.desc())
    ).all()


def enter(
    session: Session,
    actor: Actor,
    item: EquipmentItem,
    deed: str,
    *,
    on: date | None = None,
    note: str | None = None,
    **says: Any,
) -> None:
    """A line of the history, with how the item stands after it."""
    session.add(line(actor, item, deed, says, on=on, note=note))
    session.flush()


def line(
    actor: Actor,
    item: EquipmentItem,
    deed: str,
    says: Mapping[str, Any],
    *,
    on: date | None = None,
    note: str | None = None,
) -> EquipmentEvent:
    """A line of the history with how the item stands, not written down yet."""
    return EquipmentEvent(
        tenant_id=item.tenant_id,
        id=uuid7(),
        item_id=item.id,
        deed=deed,
        held_on=on or clock.today(),
        note=note,
        says={"state": item.state, "faulty": item.faulty, **says},
        by=actor.account_id,
        at=clock.now(),
    )
