"""What a person asks of a list again and again, kept under a name: for oneself, or for all who may read the list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.db import Base
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.tenancy import TenantOwned

MOST = 20
"""Views that a person may keep of one list."""
ANYBODYS = (Permission.TEAM_MANAGE, Permission.ACCOUNTS_MANAGE)
"""Whoever may do one of these may take a shared view away that somebody else made."""


class SavedView(TenantOwned, Base):
    """The address of a list without its page, under a name; in the nil tenant for people of the console."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("tenant_id", "list", "account_id", "name", name="saved_view_list_account_id_name_key"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="saved_view_account_id_fkey"),
        ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="saved_view_institution_id_fkey"),
        {"schema": "tenant"},
    )

    account_id: Mapped[UUID]
    institution_id: Mapped[UUID | None]
    """Of the console, of whoever made it: nobody of another institution is shown it. A room has its tenant."""
    list: Mapped[str]
    """The name of the resource."""
    name: Mapped[str]
    query: Mapped[str]
    """What stands behind the question mark; read anew, and checked as any address, whenever it is opened."""
    shared: Mapped[bool]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def removable(self, actor: Actor) -> bool:
        return self.account_id == actor.account_id or any(actor.can(one) for one in ANYBODYS)


def of(session: Session, actor: Actor, name: str) -> Sequence[SavedView]:
    """The views of a list that the actor is shown: the own ones first, then those that others share."""
    own = SavedView.account_id == actor.account_id
    of_mine = SavedView.institution_id.is_not_distinct_from(_institution(actor))
    query = select(SavedView).where(SavedView.list == name, or_(own, SavedView.shared), of_mine)
    return session.scalars(query.order_by(own.desc(), SavedView.name, SavedView.id)).all()


def save(session: Session, actor: Actor, of_list: str, name: str, query: str, *, shared: bool) -> SavedView:
    """Keep an address under a name; an own view of that name is written anew. Raises Conflict when there are many."""
    own = select(SavedView).where(SavedView.list == of_list, SavedView.account_id == actor.account_id)
    view = session.scalar(own.where(SavedView.name == name))
    if view is None:
        if (session.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MOST:
            raise Conflict(_("每个列表最多保存 {most} 个视图，请先删除不用的。", most=MOST))
        view = SavedView(account_id=actor.account_id, list=of_list, name=name)
        session.add(view)
    view.institution_id, view.query, view.shared, view.saved_at = _institution(actor), query, shared, clock.now()
    session.flush()
    audit.record(session, actor, "saved_views.saved", "saved_view", view.id, list=of_list, shared=shared)
    return view


def remove(session: Session, actor: Actor, of_list: str, view_id: UUID) -> SavedView:
    """Take away an own view, or a shared one where the actor looks after people. Raises NotFound."""
    found = next((one for one in of(session, actor, of_list) if one.id == view_id and one.removable(actor)), None)
    if found is None:
        raise NotFound(_("没有这个视图，可能已经删除。"))
    session.delete(found)
    session.flush()
    audit.record(session, actor, "saved_views.removed", "saved_view", found.id, list=of_list, shared=found.shared)
    return found


def _institution(actor: Actor) -> UUID | None:
    return None if actor.site_id else actor.institution_id
