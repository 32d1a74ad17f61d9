"""Opening sites: an operation whose items are carried out one by one, each in its own tenant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import reach
from huakai_platform.standards.models import Edition

KIND = "open_sites"
READY = frozenset({SiteState.APPROVED, SiteState.ACCEPTANCE})
"""The states from which a site is opened for the first time: a room that runs already, or one that was accepted."""


@dataclass(frozen=True)
class Candidate:
    """A site that somebody wants opened."""

    id: UUID
    code: str
    name: str
    state: SiteState
    operating_since: date | None

    @property
    def hindrance(self) -> Message | None:
        return hindrance(self.state, self.operating_since, clock.today())


def hindrance(state: SiteState, operating_since: date | None, today: date) -> Message | None:
    """Why a site cannot be opened now; None when it can."""
    if state not in READY:
        return _("站点现在是“{state}”,不能开通。", state=state.label)
    if state is SiteState.APPROVED and operating_since is None:
        return _("缺少开始运营日期:已在运行的咨询室须先填写,才能开通。")
    if operating_since and operating_since > today:
        return _("开始运营日期 {day} 晚于今天,请先核对。", day=operating_since.isoformat())
    return None


def candidates(
    session: Session,
    actor: Actor | None,
    *,
    ids: Collection[UUID] | None = None,
    codes: Collection[str] | None = None,
    region: str | None = None,
) -> list[Candidate]:
    """The sites named by id or code, or those of a region that await opening; all that do when nothing is named."""
    named: list[ColumnElement[bool]] = []
    if actor:
        named.append(reach.within(actor))
    if region:
        named.append(Site.ancestors.contains([region]))
    if ids is not None:
        named.append(Site.id.in_(ids))
    if codes is not None:
        named.append(Site.code.in_(codes))
    if ids is None and codes is None:
        named.append(Site.state == SiteState.APPROVED)
    columns = select(Site.id, Site.code, Site.name, Site.state, Site.operating_since)
    rows = session.execute(columns.where(*named).order_by(Site.code)).all()
    return [Candidate(row.id, row.code, row.name, SiteState(row.state), row.operating_since) for row in rows]


def start(session: Session, actor: Actor | None, sites: Sequence[Candidate]) -> Operation:
    """Begin to open the sites that can be; raises Conflict when none can, or when there is no edition to open by."""
    ready = [site for site in sites if site.hindrance is None]
    if not ready:
        raise Conflict(sites[0].hindrance if len(sites) == 1 and sites[0].hindrance else _("没有可以开通的站点。"))
    if session.scalar(select(Edition.id).limit(1)) is None:
        raise Conflict(_("还没有发布任何一版标准,不能开通站点。"))
    title = _("开通站点:{name}", name=ready[0].name) if len(ready) == 1 else _("开通 {count} 个站点", count=len(ready))
    return operations.start(session, actor, KIND, title, [(site.id, site.name) for site in ready])
