"""The spaces of a room, surveyed and photographed when it was opened, and what hangs on its walls."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words
from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.writing import Photo, write
from huakai_platform.kernel import tenancy
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_tenants.premises import service, template
from huakai_tenants.premises.models import PremisesPhoto, Space
from huakai_tenants.premises.template import Prescribed
from huakai_tenants.wall_documents.models import WallDocument

SMALLEST = Decimal(6)


def survey(session: Session, room: Room, pictures: Sequence[Photo]) -> None:
    """Share the registered area out among the spaces; here and there one is not ready yet."""
    known = template.prescribed(session, room.place.edition_id, room.place.tier)
    dice = Random(f"{room.place.code} premises")
    if room.place.tier == "T3" and dice.random() < 0.5:
        service.plan([one for one in known.values() if one.part], session)
    spaces = session.scalars(select(Space).order_by(Space.code)).all()
    areas = _areas([known[one.code] for one in spaces if one.code in known], Decimal(str(room.place.area)), dice)
    for one in spaces:
        one.created_at, one.surveyed_on = room.at(room.opened_on, 9), room.opened_on
        if room.keeps(0.5):
            one.state, one.area = "ready", areas.get(one.code, SMALLEST)
        if dice.random() < 0.1:
            one.shared_with, one.shared_when = dice.choice(words.SHARED)
    session.flush()
    seen = [one for one in spaces if one.state == "ready" and dice.random() < 0.5 + 0.5 * room.care]
    shots = [_shot(room, dice, pictures, "space", one.id, room.opened_on) for one in seen]
    write(session, PremisesPhoto, [*shots, *_wall(session, room, dice, pictures)])


def _areas(wanted: Sequence[Prescribed], whole: Decimal, dice: Random) -> Mapping[str, Decimal]:
    """Within its bounds each; what is left of the whole goes to those without."""
    found: dict[str, Decimal] = {}
    for one in wanted:
        if one.at_least is not None:
            most = one.at_most or one.at_least * 2
            found[one.code] = one.at_least + (most - one.at_least) * Decimal(dice.randint(0, 10)) / 10
    free = [one.code for one in wanted if one.at_least is None]
    share = (whole - sum(found.values(), Decimal())) / max(1, len(free))
    found |= {code: max(SMALLEST, share * Decimal(dice.randint(85, 115)) / 100) for code in free}
    return {code: area.quantize(Decimal("0.1")) for code, area in found.items()}


def _wall(session: Session, room: Room, dice: Random, pictures: Sequence[Photo]) -> Iterator[Mapping[str, Any]]:
    """Most documents hang there; a few were photographed too long ago, a few never."""
    body = standards.body(session, room.place.edition_id, "wall_documents")
    hung = [one["code"] for one in body["documents"] if dice.random() < 0.75 + 0.25 * room.care]
    rows = [
        {
            "tenant_id": tenancy.current(session),
            "id": uuid7(),
            "code": code,
            "note": dice.choice(words.WALLS),
            "created_at": room.at(room.opened_on, 10),
        }
        for code in hung
    ]
    write(session, WallDocument, rows)
    age = (room.today - room.opened_on).days
    for row in rows:
        taken_on = room.opened_on + timedelta(days=dice.randint(0, age // 3))
        yield _shot(room, dice, pictures, "wall_document", row["id"], taken_on)


def _shot(
    room: Room, dice: Random, pictures: Sequence[Photo], subject: str, shows: UUID, taken_on: date
) -> Mapping[str, Any]:
    picture = dice.choice(pictures)
    return {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "subject": subject,
        "shows": shows,
        "taken_on": taken_on,
        "size": len(picture.content),
        "sha256": picture.sha256,
        "content": picture.content,
        "added_by": room.head.account_id,
        "added_at": room.at(taken_on, 15, dice.randint(0, 59)),
    }
