"""A release at one site: tried without writing, moved whole, taken back."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.compliance import scoring, standing
from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.compliance.scoring import NotYet, Result
from huakai_platform.drift import standing as drift
from huakai_platform.kernel import audit, clock, notices, operations
from huakai_platform.kernel.errors import Conflict, HuakaiError
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.releases import moving, trials
from huakai_platform.releases import running as releases
from huakai_platform.releases.models import Reached
from huakai_platform.releases.moving import Dropped, Task
from huakai_platform.releases.trials import Trial
from huakai_platform.standards import service as standards
from huakai_platform.standards import tiers
from huakai_platform.standards.pinned import pinned, under
from huakai_tenants.measures import compliance, deviations
from huakai_tenants.standard import service as standard
from huakai_tenants.standard import trial
from huakai_worker.scope import Work


def attempt(work: Work, *, operation_id: str, site_id: str) -> None:
    """Find out what a release would do to a site; but for that finding nothing is written."""
    session, operation, site = work.session, UUID(operation_id), UUID(site_id)
    task, refusal = moving.take(session, operation, site), None
    try:
        moving.admit(session, task)
    except Conflict as refused:
        refusal = refused.message
    trials.keep(session, task.release.id, site, _try(session, task))
    operations.finish_item(session, operation, site, error=refusal)


def reach(work: Work, *, operation_id: str, site_id: str) -> None:
    """Move a site to the release's edition, or say why not; what went wrong leaves nothing half done."""
    session, operation, site = work.session, UUID(operation_id), UUID(site_id)
    task = moving.take(session, operation, site)
    if task.place.state == Reached.MOVED or not moving.running(task):
        stopped = None if task.place.state == Reached.MOVED else _("发布已暂停或结束，站点没有更换版本。")
        operations.finish_item(session, operation, site, error=stopped)
        return
    try:
        moving.admit(session, task)
        with session.begin_nested():
            left = _move(session, task)
    except HuakaiError as refused:
        session.refresh(task.place)
        _refuse(work, task, operation, refused)
        return
    operations.finish_item(session, operation, site)
    about = {"release": task.release.id, "before": left, "edition": task.site.edition_id, "asked_by": task.asked_by}
    audit.record(session, None, "editions.moved", "site", site, **about)


def bring_back(work: Work, *, operation_id: str, site_id: str) -> None:
    """Put a site back on the edition it came from."""
    session, operation, site = work.session, UUID(operation_id), UUID(site_id)
    task = moving.take(session, operation, site)
    if task.place.state == Reached.BACK:
        operations.finish_item(session, operation, site)
        return
    try:
        left = moving.bring_back(session, task)
    except HuakaiError as refused:
        operations.finish_item(session, operation, site, error=refused.message)
        return
    _tell(session, task, left)
    _hold_anew(session, site)
    operations.finish_item(session, operation, site)
    about = {"release": task.release.id, "before": left, "edition": task.site.edition_id, "asked_by": task.asked_by}
    audit.record(session, None, "editions.taken_back", "site", site, **about)


def confirmed(work: Work, *, release_id: str) -> None:
    """Carry a room's word up to its release."""
    moving.confirm(work.session, UUID(release_id), work.tenant_id)


def give_up(work: Work, *, operation_id: str, site_id: str) -> None:
    """A site that could not be reached however often it was tried: it counts among the failures."""
    task = moving.take(work.session, UUID(operation_id), UUID(site_id))
    why = _("系统多次尝试仍未成功，请在“运行状态”中查看原因后重新发送。")
    _refuse(work, task, UUID(operation_id), Conflict(why))


def _try(session: Session, task: Task) -> Trial:
    room, wanted = pinned(session), task.release.edition_id
    found = trial.concerned(session, room, wanted)
    percent, grade = _standing(session, task.site.id)
    then = _score(session, task, wanted)
    return Trial(
        changes=tiers.tally(tiers.changes(session, room.edition_id, wanted, room.tier)),
        open_runs=found.open_runs,
        to_review=found.to_review,
        failing=found.failing,
        before=None if percent is None else str(percent),
        after=None if then is None or then.percent is None else str(then.percent),
        grade_before=grade,
        grade_after=then.grade if then else None,
    )


def _score(session: Session, task: Task, edition_id: UUID) -> Result | None:
    """The site's score today if it worked by an edition; none before it operates."""
    today, since = clock.today(), task.site.operating_since
    with under(session, edition_id):
        measures = compliance.measure(session, today)
    definition = standards.body(session, edition_id, "indicators")
    try:
        age = scoring.age_set(definition["sets"], since or today, today)
    except NotYet:
        return None
    return scoring.score(definition, age, {metric: one.value for metric, one in measures.found.items()})


def _move(session: Session, task: Task) -> UUID:
    before, _grade = _standing(session, task.site.id)
    left = moving.move(session, task)
    _tell(session, task, left)
    _hold_anew(session, task.site.id)
    moving.moved(task, left, before, _standing(session, task.site.id)[0])
    return left


def _hold_anew(session: Session, site_id: UUID) -> None:
    """Score the site, and see what departs, by the edition that it has now."""
    standing.recompute(session, site_id, clock.today(), compliance.measure)
    drift.recompute(session, site_id, clock.today(), deviations.look)


def _tell(session: Session, task: Task, left: UUID) -> None:
    came = task.site.edition_id
    assert came is not None
    standard.tell(session, task.release.id, left, came, task.release.note, task.release.act_by)


def _refuse(work: Work, task: Task, operation_id: UUID, refused: HuakaiError) -> None:
    """Say at the site's place why it was not moved, and stop the release where its condition is met."""
    if moving.failed(work.session, task, refused):
        _stop(work, task, _("失败的站点超过 {most} 个，已自动暂停。", most=task.release.most_failures))
    elif isinstance(refused, Dropped):
        _stop(work, task, _("有站点得分下降超过 {most} 分，已自动暂停。", most=str(task.release.most_drop)))
    operations.finish_item(work.session, operation_id, task.site.id, error=refused.message)


def _stop(work: Work, task: Task, why: Message) -> None:
    """In a transaction of the platform's own, so that it holds at once; again changes nothing."""
    with work.tenant(PLATFORM) as session:
        if releases.stop(session, task.release.id, why, failed=task.site.id):
            people = [task.release.launched_by] if task.release.launched_by else []
            text = _("发布“{title}”：{why}", title=task.release.title, why=why)
            href = f"/console/releases/{task.release.id}"
            notices.tell(session, people, kind="release", text=text, href=href)
            audit.record(session, None, "releases.stopped", "edition_release", task.release.id)


def _standing(session: Session, site_id: UUID) -> tuple[Decimal | None, str | None]:
    """Percent and grade that the site is known to have."""
    known = select(ComplianceStanding.percent, ComplianceStanding.grade).where(ComplianceStanding.tenant_id == site_id)
    row = session.execute(known).one_or_none()
    return (row.percent, row.grade) if row else (None, None)
