"""The demonstration: one institution, its 319 real sites opened through the queue, six people to sign in as."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import huakai_templates
from huakai_deploy.commands.output import progress as bar
from huakai_deploy.commands.output import say
from huakai_deploy.demo_history import activities, asking, registers, telling
from huakai_platform.identity import demo
from huakai_platform.identity.models import Account, Institution
from huakai_platform.kernel import clock, operations, workbooks
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError, Unavailable
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import importing
from huakai_platform.onboarding.models import SiteEvent
from huakai_platform.regions import importing as regions
from huakai_platform.regions.models import Region
from huakai_platform.setup import service as setup

FILE = "register-luoyang.xlsx"
DATA = Path(huakai_templates.__file__).parent / "data"
NAME, SHORT = "洛阳市社会心理服务指导中心", "洛阳心理服务"
HEAD_ROWS = 3
PATIENCE = 600.0

Row = tuple[str, str, str, str]


def seed(databases: Databases, settings: Settings, *, sites: int, password: str) -> list[Row]:
    """Bring the demonstration to its end, wherever an earlier start left it; gives the table of sign-ins."""
    with databases.session(Login.OVERSIGHT) as session:
        institution = _institution(session)
    _load_regions(databases)
    with databases.session(Login.OVERSIGHT) as session:
        _people(session, settings, institution, password)
        actor = _administrator(session, institution)
    _import(databases, actor, sites)
    _open(databases, actor)
    with databases.session(Login.OVERSIGHT) as session:
        people = _people(session, settings, institution, password)
        _set_up(session, actor)
    activities.report(databases, actor)
    registers.report(databases, actor)
    telling.tell(databases, settings, FILE, lambda total: bar(_("写入一年的示范记录"), total))
    asking.ask(databases)
    return people


def _administrator(session: Session, institution: Institution) -> Actor:
    """The first of the six people; what an earlier edition of this demonstration began for nobody is theirs, too."""
    who = session.scalars(select(Account).where(Account.login_name == demo.PARTS[0].login)).one()
    nobodys = update(operations.Operation).where(operations.Operation.created_by == institution.id)
    session.execute(nobodys.values(created_by=who.id))
    return Actor(
        account_id=who.id,
        name=who.name,
        role=Role.INSTITUTION_ADMIN,
        institution_id=institution.id,
        permissions=permissions_of(Role.INSTITUTION_ADMIN),
    )


def _load_regions(databases: Databases) -> None:
    """The file is read and compared between two transactions: on a busy machine that takes longer than one may."""
    with databases.session(Login.OVERSIGHT) as session:
        if _there(session):
            return
        known = regions.known(session)
    say(_("正在载入全国地区……"))
    plan = regions.compare(known, regions.read((DATA / "regions.csv.gz").read_bytes()), on=clock.today())
    with databases.session(Login.OVERSIGHT) as session:
        regions.apply(session, plan, on=clock.today())
    say(_("已载入 {count} 个地区。", count=len(plan.added)))


def _set_up(session: Session, actor: Actor) -> None:
    """The institution has worked for years: its first run is not offered any more."""
    if setup.standing(session, actor).finished_at is None:
        for step in (setup.Step.INSTITUTION, setup.Step.STANDARD):
            setup.mark(session, actor, step, "done")
        setup.end(session, actor)


def _there(session: Session) -> bool:
    return (session.scalar(select(func.count()).select_from(Region)) or 0) > 1


def _institution(session: Session) -> Institution:
    found = session.scalars(select(Institution).order_by(Institution.created_at).limit(1)).one_or_none()
    if found is None:
        found = Institution(id=uuid7(), name=NAME, short_name=SHORT, created_at=clock.now())
        session.add(found)
        session.flush()
    if found.name != NAME:
        raise HuakaiError(_("数据库中已有机构“{name}”：示范账号和数据不能装入正式环境。", name=found.name))
    return found


def _import(databases: Databases, actor: Actor, sites: int) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        if (session.scalar(select(func.count()).select_from(Site)) or 0) >= sites:
            return
    content = _register(sites)
    with databases.session(Login.OVERSIGHT) as session:
        kept = importing.check(session, actor, FILE, content)
        applied = importing.apply(session, actor, kept.id)
    say(_("登记表：新增 {created}，已有 {present}，未导入 {refused}。", **applied.__dict__))


def _register(sites: int) -> bytes:
    """The shipped register, cut to its first `sites` rows."""
    content = (DATA / FILE).read_bytes()
    sheet = workbooks.read(content).sheets[0]
    if sites >= len(sheet.rows) - HEAD_ROWS:
        return content
    kept = [[cell.value for cell in row] for row in sheet.rows[HEAD_ROWS - 1 : HEAD_ROWS + sites]]
    return workbooks.write(workbooks.table(sheet.name, [workbooks.Column(str(name)) for name in kept[0]], kept[1:]))


def _open(databases: Databases, actor: Actor) -> None:
    """Ask for every approved site of the register, unless an earlier start's operation still has them, and wait."""
    with databases.session(Login.OVERSIGHT) as session:
        approved = session.execute(
            select(Site.id, Site.name)
            .join(SiteEvent, SiteEvent.site_id == Site.id)
            .where(Site.state == SiteState.APPROVED, SiteEvent.reason == FILE)
            .order_by(Site.code)
        ).all()
        operation_id = _running(session)
        if operation_id is None and approved:
            items = [(row.id, row.name) for row in approved]
            operation_id = operations.start(session, actor, "open_sites", _("开通示范站点"), items).id
    if operation_id:
        _wait(databases, operation_id)


def _running(session: Session) -> UUID | None:
    return session.scalar(
        select(operations.OperationItem.operation_id)
        .join(operations.Operation, operations.Operation.id == operations.OperationItem.operation_id)
        .where(
            operations.Operation.kind == "open_sites", operations.OperationItem.state == operations.ItemState.WAITING
        )
        .limit(1)
    )


def _wait(databases: Databases, operation_id: UUID) -> None:
    def look() -> operations.Progress:
        with databases.session(Login.OVERSIGHT) as session:
            return operations.progress(session, operation_id)

    found = look()
    with bar(_("开通站点"), found.total) as tell:
        found = _until(look, lambda now: now.ending is not operations.Ending.RUNNING, tell)
    say(_("已开通 {done} 个站点，失败 {failed} 个。", done=found.done, failed=found.failed))


def _until(
    look: Callable[[], operations.Progress], ended: Callable[[operations.Progress], bool], tell: Callable[[int], None]
) -> operations.Progress:
    end = time.monotonic() + PATIENCE
    while True:
        found = look()
        tell(found.total - found.waiting)
        if ended(found):
            return found
        if time.monotonic() > end:
            raise Unavailable(_("任务进程没有完成开通：请看 instance/logs/worker-1.log"))
        time.sleep(0.2)


def _people(session: Session, settings: Settings, institution: Institution, password: str) -> list[Row]:
    return demo.accounts(session, settings, institution.id, password=password)
