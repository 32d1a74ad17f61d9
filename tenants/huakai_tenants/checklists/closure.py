"""What is done about an open point, deed by deed, until it is closed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_tenants.checklists import pointproofs, points
from huakai_tenants.checklists.models import OpenPoint, PointEntry

OWNERS = (Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER)
LONGEST_DELAY = timedelta(days=90)
SHORTEST = 4
SHOWN = frozenset({"fixed", "noted"})
"""The deeds with which files may come."""


@dataclass(frozen=True)
class Said:
    """What a person says with a deed."""

    text: str = ""
    owner_id: UUID | None = None
    due_on: date | None = None
    files: Sequence[pointproofs.File] = ()


def act(session: Session, actor: Actor, point_id: UUID, deed: str, said: Said, *, version: int) -> OpenPoint:
    """Do one of DEEDS to a point as it was seen at `version`. Raises NotFound, Conflict or Invalid."""
    point = session.scalars(select(OpenPoint).where(OpenPoint.id == point_id).with_for_update()).one_or_none()
    if point is None:
        raise NotFound(_("没有这个待整改项。"))
    if point.version != version:
        raise Conflict(_("这个待整改项刚被别人处理过，请核对后再提交。"))
    asked, known = pointproofs.of_point(session, point), pointproofs.shown(session, point.id)
    proofs = pointproofs.read(said.files, known, asked) if deed in SHOWN else []
    DEEDS[deed](session, actor, point, said)
    if deed == "fixed":
        pointproofs.require(len(known) + len(proofs), asked)
    flag_modified(point, "state")
    session.flush()
    due_on = said.due_on if deed == "postponed" else None
    owner_id = said.owner_id if deed == "assigned" else None
    entry_id = points.enter(session, actor, point.id, deed, said.text, owner_id=owner_id, due_on=due_on)
    pointproofs.keep(session, actor, point, entry_id, proofs)
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
    about = {"done": deed, "state": point.state} | ({"files": pointproofs.digests(proofs)} if proofs else {})
    audit.record(session, actor, "points.acted", "open_point", point.id, **about)
    return point


def _assign(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _state(point, "open", "fixed")
    if said.owner_id is None or said.owner_id not in points.people(session, OWNERS):
        raise Invalid(_("请选择本站的工作人员。"), {"owner_id": [_("请选择本站的工作人员。")]})
    point.owner_id = said.owner_id
    points.tell_owner(session, actor, said.owner_id, point.id, point.number)


def _postpone(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _state(point, "open")
    _text(said)
    before = select(func.count(PointEntry.deed)).where(PointEntry.point_id == point.id, PointEntry.deed == "postponed")
    if session.scalar(before):
        raise Conflict(_("期限只能延长一次。"))
    if said.due_on is None or not point.due_on < said.due_on <= point.due_on + LONGEST_DELAY:
        told = _("新的期限应晚于现在的期限，且最多延长 {days} 天。", days=LONGEST_DELAY.days)
        raise Invalid(told, {"due_on": [told]})
    point.due_on = said.due_on


def _note(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _text(said)


def _fix(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _state(point, "open")
    _text(said)
    point.state, point.fixed_at, point.fixed_by = "fixed", clock.now(), actor.account_id


def _return(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _state(point, "fixed")
    _text(said)
    point.state, point.fixed_at, point.fixed_by = "open", None, None


def _close(session: Session, actor: Actor, point: OpenPoint, said: Said) -> None:
    _state(point, "fixed")
    if point.fixed_by == actor.account_id:
        raise Conflict(_("整改人不能自己确认，请由另一位同事核实后关闭。"))
    point.state, point.closed_at, point.closed_by = "closed", clock.now(), actor.account_id


DEEDS: Mapping[str, Callable[[Session, Actor, OpenPoint, Said], None]] = {
    "assigned": _assign,
    "postponed": _postpone,
    "noted": _note,
    "fixed": _fix,
    "returned": _return,
    "closed": _close,
}


def _state(point: OpenPoint, *right: str) -> None:
    if point.state not in right:
        raise Conflict(_("待整改项的状态已经改变，不能这样处理。"))


def _text(said: Said) -> None:
    if len(said.text) < SHORTEST:
        told = _("请说明情况，至少 {count} 个字", count=SHORTEST)
        raise Invalid(told, {"text": [told]})
