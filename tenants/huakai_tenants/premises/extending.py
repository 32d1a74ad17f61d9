"""What a site has beyond its tier: sets of spaces taken on as a whole, and spaces of its own; and what each is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards.pinned import find, pinned
from huakai_tenants.premises import service, template
from huakai_tenants.premises.models import PremisesPhoto, Space
from huakai_tenants.premises.template import Part

OWN = "own_"
"""How the codes of a site's own spaces begin."""
FIELDS: dict[str, Message] = {
    "name": _("名称"),
    "counselling": _("有咨询功能"),
    "guided_by": _("指导部门"),
    "shared_with": _("与谁共用"),
    "shared_when": _("共用时间"),
}


@dataclass(frozen=True)
class Taken:
    """A set of the edition: taken on where every one of its spaces has been written down."""

    part: Part
    adopted: bool


def sets(session: Session) -> list[Taken]:
    """The sets of the room's edition; none without one."""
    here = find(session)
    if here is None:
        return []
    present = set(session.scalars(select(Space.code)))
    return [Taken(part, set(part.spaces) <= present) for part in template.parts(session, here.edition_id)]


def adopt(session: Session, actor: Actor, code: str) -> None:
    """Take a set on as a whole: its spaces are required from now on. Raises NotFound."""
    part, known = _part(session, code), template.of_room(session)
    service.plan([known[one] for one in part.spaces], session)
    service.counted(session)
    audit.record(session, actor, "spaces.set_adopted", "site", tenancy.current(session), code=code)


def give_up(session: Session, actor: Actor, code: str) -> None:
    """Take back what was adopted; spaces that somebody has worked on stay. Raises NotFound or Conflict."""
    part, known = _part(session, code), template.of_room(session)
    beside = [one for one in part.spaces if known[one].part == code]
    pictured = exists().where(PremisesPhoto.tenant_id == Space.tenant_id, PremisesPhoto.shows == Space.id)
    untouched = (Space.code.in_(beside), Space.surveyed_on.is_(None), Space.version == 1, ~pictured)
    gone = session.scalars(
        delete(Space).where(*untouched).returning(Space.code).execution_options(synchronize_session=False)
    ).all()
    if not gone:
        raise Conflict(_("这些空间都已登记过，请逐个停用。"))
    service.counted(session)
    audit.record(session, actor, "spaces.set_given_up", "site", tenancy.current(session), code=code, count=len(gone))


def add_own(session: Session, actor: Actor, name: str) -> UUID:
    """Write down a space that the standard does not know. Raises Invalid for a name that is taken."""
    _free(session, name, None)
    space_id = uuid7()
    space = Space(
        tenant_id=tenancy.current(session),
        id=space_id,
        code=f"{OWN}{space_id.hex[-12:]}",
        name=name,
        state="planned",
        counselling=False,
        created_at=clock.now(),
    )
    session.add(space)
    session.flush()
    service.counted(session)
    audit.record(session, actor, "spaces.own_added", "space", space_id)
    return space_id


def describe(session: Session, actor: Actor, space_id: UUID, values: Mapping[str, Any], *, version: int) -> Space:
    """Say what a space is for; raises NotFound, StaleVersion or Invalid."""
    space = service.get(session, space_id, lock=True).space
    given = {name: values.get(name) for name in FIELDS} | {"counselling": bool(values.get("counselling"))}
    if not space.code.startswith(OWN):
        given["name"] = None
    changed = sorted(name for name in FIELDS if getattr(space, name) != given[name])
    if not changed:
        return space
    if space.version != version:
        raise StaleVersion(_("刚才有人修改过这个空间，请核对后再保存。"), space.version)
    _check(session, space, given)
    for name in changed:
        setattr(space, name, given[name])
    session.flush()
    service.counted(session)
    audit.record(session, actor, "spaces.described", "space", space_id, fields=changed)
    return space


def _check(session: Session, space: Space, given: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    if given["guided_by"] and given["guided_by"] not in {space.guided_by, *template.departments(session)}:
        wrong["guided_by"] = [_("请从列出的选项中选择")]
    if given["shared_when"] and not given["shared_with"]:
        wrong["shared_with"] = [_("请填写与谁共用")]
    if space.code.startswith(OWN):
        if not given["name"]:
            wrong["name"] = [_("请填写此项")]
        else:
            _free(session, given["name"], space.id)
    if wrong:
        raise Invalid(_("填写的内容有误。"), wrong)


def _free(session: Session, name: str, besides: UUID | None) -> None:
    if session.scalar(select(Space.id).where(Space.name == name, Space.id.is_distinct_from(besides)).limit(1)):
        raise Invalid(_("填写的内容有误。"), {"name": [_("已有同名的空间")]})


def _part(session: Session, code: str) -> Part:
    for part in template.parts(session, pinned(session).edition_id):
        if part.code == code:
            return part
    raise NotFound(_("标准中没有这组空间。"))
