"""Opening sites: an operation whose items are carried out one by one, each in its own tenant."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, operations
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.models import SiteEvent, SiteIntake
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
        return _("站点现在是“{state}”，不能开通。", state=state.label)
    if state is SiteState.APPROVED and operating_since is None:
        return _("缺少开始运营日期：已在运行的咨询室须先填写，才能开通。")
    if operating_since and operating_since > today:
        return _("开始运营日期 {day} 晚于今天，请先核对。", day=operating_since.isoformat())
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
        raise Conflict(_("还没有发布任何一版标准，不能开通站点。"))
    title = _("开通站点：{name}", name=ready[0].name) if len(ready) == 1 else _("开通 {count} 个站点", count=len(ready))
    operation = operations.start(session, actor, KIND, title, [(site.id, site.name) for site in ready])
    audit.record(session, actor, "sites.opening_requested", "operation", operation.id, sites=len(ready))
    return operation


@dataclass(frozen=True)
class Task:
    """One site to open, locked, with what its opening needs of it; `item` is where its operation says it stands."""

    site: Row[*tuple[Any, ...]]
    people: Mapping[str, Mapping[str, str]]
    edition_id: UUID | None
    item: str | None
    asked_by: UUID | None

    @property
    def settled(self) -> bool:
        """Nothing is left to do: the site is open, or its item was called off."""
        return self.site.state == SiteState.OPEN or self.item == ItemState.CANCELLED


def _task() -> Select[*tuple[Any, ...]]:
    """A site, what the register says of its people, the newest edition, its item, and who asked for it."""
    site, item = _SITE.c, table(OperationItem).c
    operation, edition, intake = table(Operation).c, table(Edition).c, table(SiteIntake)
    state = select(item.state).where(
        item.operation_id == bindparam("of_operation"), item.site_id == bindparam("of_site")
    )
    asked_by = select(operation.created_by).where(operation.id == bindparam("of_operation"))
    newest = select(edition.id).order_by(edition.number.desc())
    columns = (site.id, site.institution_id, site.code, site.kind, site.tier, site.region_code, site.state)
    about = (site.edition_id, site.operating_since, site.weekly_hours, site.opened_at, site.version)
    return (
        select(
            *(*columns, *about, intake.c.people),
            newest.limit(1).scalar_subquery().label("newest"),
            state.limit(1).scalar_subquery().label("item"),
            asked_by.scalar_subquery().label("asked_by"),
        )
        .outerjoin_from(_SITE, intake, intake.c.site_id == site.id)
        .where(site.id == bindparam("of_site"))
        .with_for_update(of=_SITE)
    )


_SITE, _INTAKE = table(Site), table(SiteIntake)
_TAKE = _task()
_FORGET = delete(_INTAKE).where(_INTAKE.c.site_id == bindparam("of_site"))
_TURN = update(_SITE).where(_SITE.c.id == bindparam("of_site"))
_TELL = insert(table(SiteEvent))


def take(session: Session, operation_id: UUID, site_id: UUID) -> Task:
    """Lock a site for its opening, in one statement; raises NotFound."""
    found = session.execute(_TAKE, {"of_site": site_id, "of_operation": operation_id}).one_or_none()
    if found is None:
        raise NotFound(_("没有这个站点。"))
    return Task(found, found.people or {}, found.newest, found.item, found.asked_by)


def admit(task: Task) -> UUID:
    """The edition to open a site by; raises Conflict when it cannot be opened now."""
    if reason := hindrance(SiteState(task.site.state), task.site.operating_since, clock.today()):
        raise Conflict(reason)
    if (edition_id := task.site.edition_id or task.edition_id) is None:
        raise Conflict(_("还没有发布任何一版标准，不能开通站点。"))
    return edition_id


def complete(session: Session, task: Task, edition_id: UUID) -> None:
    """Turn the site open, pinned to its edition; its people's names and telephones leave the platform."""
    site, now = task.site, clock.now()
    event = {"id": uuid7(), "site_id": site.id, "at": now, "account_id": task.asked_by}
    turned = {
        "state": SiteState.OPEN.value,
        "opened_at": site.opened_at or now,
        "edition_id": edition_id,
        "operating_since": site.operating_since or clock.today(),
        "version": site.version + 1,
    }
    session.execute(_FORGET, {"of_site": site.id})
    session.execute(_TURN, {"of_site": site.id, **turned})
    session.execute(_TELL, {**event, "from_state": site.state, "to_state": SiteState.OPEN.value})
