"""Counting a whole month anew: every site by its own job, with its progress."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight.models import SiteFact

KIND = "recount"


def start(session: Session, actor: Actor, month: date, site_id: UUID | None = None) -> Operation:
    """Begin to recount the sites that have numbers of a month, or one site. Raises Conflict when there are none."""
    counted = exists().where(SiteFact.tenant_id == Site.id, SiteFact.month == month)
    wanted = select(Site.id, Site.name).where(Site.institution_id == actor.institution_id).order_by(Site.id)
    rows = session.execute(wanted.where(Site.id == site_id if site_id else counted)).all()
    if not rows:
        raise Conflict(_("{month} 还没有任何站点的数字。", month=f"{month:%Y-%m}"))
    title = _("重新计算 {month} 的数字", month=f"{month:%Y-%m}")
    items = [(row.id, row.name) for row in rows]
    begun = operations.start(session, actor, KIND, title, items, month=month.isoformat())
    audit.record(session, actor, "figures.recounted", "operation", begun.id, month=month.isoformat(), sites=len(items))
    return begun
