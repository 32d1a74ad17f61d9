"""The spaces of a room, surveyed when it was opened."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.rooms import Room
from huakai_tenants.premises import template
from huakai_tenants.premises.models import Space


def survey(session: Session, room: Room) -> None:
    """Share the registered area out among the spaces; here and there one is not ready yet."""
    prescribed = template.prescribed(session, room.place.edition_id, room.place.tier)
    spaces = session.scalars(select(Space).order_by(Space.code)).all()
    for one in spaces:
        least = prescribed[one.code].at_least if one.code in prescribed else None
        one.created_at, one.surveyed_on = room.at(room.opened_on, 9), room.opened_on
        if room.keeps(0.5):
            one.state, one.area = "ready", _area(room, least, len(spaces))
    session.flush()


def _area(room: Room, least: Decimal | None, count: int) -> Decimal:
    share = Decimal(str(room.place.area)) / count
    return max(share, least or Decimal(6)).quantize(Decimal("0.1"))
