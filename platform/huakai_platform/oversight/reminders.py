"""Reminding sites of overdue checklists: chosen by their numbers, told in their own rooms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Membership
from huakai_platform.kernel import audit, clock, notices, operations
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.oversight import site_numbers
from huakai_platform.oversight.models import SiteFact
from huakai_platform.oversight.site_numbers import PAGE, Line

KIND = "remind"
TOLD = (Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER)
OVERDUE = "checklists_overdue"


@dataclass(frozen=True)
class Overdue:
    """The sites of a region with overdue checklists in a month; `reminded` holds the day of the last reminder."""

    path: Sequence[tuple[str, str]]
    month: date
    lines: Sequence[Line]
    reminded: Mapping[UUID, datetime]
    total: int
    page: int
    too_many: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_page(session: Session, actor: Actor, region: str | None, month: date, *, sort: str, page: int) -> Overdue:
    """One page of them; a region with more sites than are ranked has to be entered further."""
    ranking = site_numbers.ranked(session, actor, region, month, sort=sort, page=None)
    late = [line for line in ranking.lines if line.numbers[OVERDUE]]
    number = min(page, max(1, -(-len(late) // PAGE)))
    shown = late[(number - 1) * PAGE : number * PAGE]
    reminded = _reminded(session, [line.id for line in shown])
    return Overdue(ranking.path, ranking.month, shown, reminded, len(late), number, ranking.too_many)


def chosen(
    session: Session, actor: Actor, region: str | None, month: date, ids: Collection[UUID] | None
) -> Sequence[Line]:
    """Those of the given sites, or all of the region, that are within reach and still have something overdue."""
    ranking = site_numbers.ranked(session, actor, region, month, sort="code", page=None)
    return [line for line in ranking.lines if line.numbers[OVERDUE] and (ids is None or line.id in ids)]


def send(session: Session, actor: Actor, sites: Sequence[Line], month: date, sentence: str) -> Operation:
    """Begin to remind; each site is told once a day, whoever asks. Raises Conflict when there is nobody to remind."""
    if not sites:
        raise Conflict(_("所选站点已经没有逾期的检查单。"))
    title = _("提醒 {count} 个站点处理逾期检查单", count=len(sites))
    items = [(site.id, site.name) for site in sites]
    begun = operations.start(session, actor, KIND, title, items, month=month.isoformat(), sentence=sentence)
    audit.record(session, actor, "reminders.sent", "operation", begun.id, sites=len(sites))
    return begun


def tell(session: Session, operation_id: UUID, site_id: UUID) -> int:
    """Tell the staff of the site that the session has entered; how many were told. The day's second time is nothing."""
    params = session.scalar(select(Operation.params).where(Operation.id == operation_id)) or {}
    month = date.fromisoformat(params["month"])
    count = session.scalar(
        select(SiteFact.metrics[OVERDUE].as_integer()).where(SiteFact.tenant_id == site_id, SiteFact.month == month)
    )
    people = _people(session, site_id) if count else []
    dedup = f"reminder:{clock.today().isoformat()}"
    notices.tell(session, people, kind="reminder", text=_words(count or 0, params), href="/room/", dedup=dedup)
    return len(people)


def _words(count: int, params: Mapping[str, str]) -> Message:
    if sentence := params.get("sentence"):
        return _("上级提醒：有 {count} 张检查单逾期，请尽快完成。{sentence}", count=count, sentence=sentence)
    return _("上级提醒：有 {count} 张检查单逾期，请尽快完成。", count=count)


def _people(session: Session, site_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        select(Membership.account_id)
        .where(
            Membership.site_id == site_id,
            Membership.role.in_([role.value for role in TOLD]),
            Membership.ended_at.is_(None),
        )
        .distinct()
    ).all()


def _reminded(session: Session, sites: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = session.execute(
        select(OperationItem.site_id, func.max(OperationItem.ended_at).label("at"))
        .join(Operation, Operation.id == OperationItem.operation_id)
        .where(OperationItem.site_id.in_(sites), Operation.kind == KIND, OperationItem.state == ItemState.DONE)
        .group_by(OperationItem.site_id)
    )
    return {row.site_id: row.at for row in rows}
