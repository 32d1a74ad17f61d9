"""The function rooms of a room: what of them goes upward, and which of them another site had first."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import audit, clock, notices, tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.pinned import find
from huakai_tenants.premises import service, template
from huakai_tenants.premises.models import Space

TWICE = _("同一村（社区）或同一场所已有 {count} 种本站点也要设的功能室，请说明理由或停用。")


def held(session: Session) -> dict[str, tuple[str, str | None]]:
    """State and reason of each function room that is not closed, by its code; none without an edition."""
    here = find(session)
    if here is None:
        return {}
    ours = {code for part in template.parts(session, here.edition_id) for code in part.spaces}
    rows = session.execute(select(Space.code, Space.state, Space.twin_reason).where(Space.code.in_(ours)))
    return {row.code: (row.state, row.twin_reason) for row in rows if row.state != "closed"}


def contest(session: Session, twins: AbstractSet[str]) -> None:
    """Mark the function rooms that another site had first, and no other; tell the heads of fresh ones."""
    marked = set(session.scalars(select(Space.code).where(Space.contested)))
    for codes, contested in ((twins - marked, True), (marked - twins, False)):
        if codes:
            change = update(Space).where(Space.code.in_(codes)).values(contested=contested)
            session.execute(change.execution_options(synchronize_session=False))
    if fresh := twins - marked:
        _tell(session, fresh)


def justify(session: Session, actor: Actor, space_id: UUID, reason: str) -> None:
    """Say why the room is to be here all the same. Raises NotFound, or Conflict where nobody contests it."""
    space = service.get(session, space_id, lock=True).space
    if not space.contested:
        raise Conflict(_("这个空间没有与其他站点重复。"))
    space.twin_reason = reason
    session.flush()
    service.counted(session)
    audit.record(session, actor, "spaces.twin_justified", "space", space_id, code=space.code)


def _tell(session: Session, fresh: AbstractSet[str]) -> None:
    heads = session.scalars(
        select(Membership.account_id)
        .where(
            Membership.site_id == tenancy.current(session),
            Membership.role == Role.SITE_HEAD,
            in_force(clock.today()),
        )
        .distinct()
    ).all()
    notices.tell(
        session,
        heads,
        kind="function_rooms",
        text=Message(TWICE, count=len(fresh)),
        href="/room/spaces",
        dedup=f"twins:{','.join(sorted(fresh))}:{clock.today()}",
    )
