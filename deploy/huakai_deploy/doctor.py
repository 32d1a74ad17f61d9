"""The examination: every part that must be right, what was found, and what to do about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from huakai_deploy import migrating, policies
from huakai_deploy.roles import RUNNING
from huakai_platform.kernel import clock, crypto, queue
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.events import ScheduleFailed
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.operations import EXPORT, Operation
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.kernel.queue import Troubled
from huakai_platform.operations.words import TOPICS
from huakai_platform.oversight import rollups
from huakai_platform.regions import service as regions
from huakai_platform.regions.models import Region
from huakai_platform.regions.present import PRESENT
from huakai_platform.standards import integrity
from huakai_platform.standards.integrity import Astray
from huakai_platform.standards.models import Edition
from huakai_platform.standards.shipped import load_shipped
from huakai_platform.workdays import calendar
from huakai_templates import assets

ALIVE = timedelta(seconds=30)
LEAST_FREE = 0.05
MOST_NAMED, MOST_LOOKED_AT = 10, 1000
OLDEST_DUE = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """One part of the examination; `remedy` says what to do when it is not good."""

    subject: str
    good: bool
    found: str
    remedy: str = ""


def examine(databases: Databases, settings: Settings) -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a finding, never an exception."""
    findings = [_login(databases, login) for login in Login if login in settings.databases]
    checks: tuple[tuple[str, Callable[[Databases, Settings], Finding]], ...] = (
        (_("数据库角色"), _roles),
        (_("机密数据的墙"), _wall),
        (_("行级安全策略"), _policies),
        (_("数据库迁移"), _migrations),
        (_("地区"), _regions),
        (_("标准版本"), _edition),
        (_("节假日表"), _workdays),
        (_("主密钥"), _master_key),
        ("Redis", _redis),
        (_("任务进程"), _workers),
        (_("导出进程"), _exporters),
        (_("任务队列"), _queue),
        (_("定时任务"), _clockwork),
        (_("汇总数字"), _rollups),
        (_("磁盘"), _disk),
        (_("前端文件"), _assets),
    )
    for subject, check in checks:
        try:
            findings.append(check(databases, settings))
        except (SQLAlchemyError, HuakaiError) as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            findings.append(Finding(subject, False, reason, _("请先解决数据库连接")))
    return findings


def _login(databases: Databases, login: Login) -> Finding:
    try:
        with databases.engine(login).connect() as connection:
            found = connection.scalar(text("SHOW server_version"))
        return Finding(login.value, True, f"PostgreSQL {found}")
    except (SQLAlchemyError, HuakaiError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return Finding(login.value, False, reason, _("请检查 DATABASE_URL_{name}", name=login.name))


def _roles(databases: Databases, _settings: Settings) -> Finding:
    with databases.engine(Login.MIGRATOR).connect() as connection:
        strong = connection.scalars(
            text(
                "SELECT rolname FROM pg_roles r WHERE rolname = ANY(:names) AND (rolsuper OR rolbypassrls OR"
                " rolcreaterole OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid))"
            ),
            {"names": list(RUNNING)},
        ).all()
    remedy = _("运行 huakai roles 并由数据库管理员执行")
    return Finding(_("数据库角色"), not strong, listed(strong) or _("权限合适"), remedy)


def _wall(databases: Databases, _settings: Settings) -> Finding:
    with databases.engine(Login.MIGRATOR).connect() as connection:
        reach = connection.scalar(text("SELECT has_schema_privilege('huakai_oversight', 'confidential', 'USAGE')"))
        bare = connection.scalars(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname IN ('tenant', 'confidential') AND c.relkind IN ('r', 'p')"
                " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
            )
        ).all()
    found = listed(bare) or (_("监管登录可进入 confidential") if reach else _("完好"))
    return Finding(_("机密数据的墙"), not reach and not bare, found, _("停止服务并重新执行迁移，联系开发者"))


def _policies(databases: Databases, _settings: Settings) -> Finding:
    """Every policy word by word, on a cluster those of its shards too; without one nothing is said of shards."""
    with databases.engine(Login.MIGRATOR).connect() as connection:
        told = policies.astray(connection)
        try:
            told += policies.astray_on_shards(connection) if policies.clustered(connection) else []
        except policies.NotLooked as error:
            told.append(_("没有看到分片上的策略：{reason}", reason=str(error)))
    more = _("，共 {count} 处", count=len(told)) if len(told) > MOST_NAMED else ""
    remedy = _("停止服务，运行 huakai migrate；仍不一致的由数据库管理员按此改回")
    return Finding(_("行级安全策略"), not told, listed(told[:MOST_NAMED]) + more or _("与程序一致"), remedy)


def _migrations(databases: Databases, _settings: Settings) -> Finding:
    with databases.engine(Login.MIGRATOR).connect() as connection:
        present = migrating.present(connection)
    return Finding(_("数据库迁移"), present == migrating.head(), str(present), _("运行 huakai migrate"))


def _regions(databases: Databases, _settings: Settings) -> Finding:
    with databases.session(Login.MIGRATOR) as session:
        count = session.scalar(select(func.count()).select_from(Region)) or 0
        off = regions.misplaced(session)
    if off:
        found = _("{codes} 的上级不在更高的级别", codes=listed(off[:MOST_NAMED]))
        return Finding(_("地区"), False, found, _("在文件中改正这些地区的上级，运行 huakai regions import 文件"))
    return Finding(_("地区"), count > 1, str(count), _("运行 huakai regions import"))


def _edition(databases: Databases, _settings: Settings) -> Finding:
    """Every definition by its hash, those of the shipped edition beside their files too."""
    with databases.session(Login.MIGRATOR) as session:
        astray = integrity.examine(session, load_shipped())
        newest = session.scalar(select(func.max(Edition.number)))
    found = _told(astray) if astray else _("第 {number} 版", number=newest) if newest else _("没有")
    return Finding(_("标准版本"), newest is not None and not astray, found, _remedy(astray))


def _told(astray: list[Astray]) -> str:
    named = [
        _("第 {number} 版 {name} {how}", number=one.number, name=one.name, how=integrity.HOWS[one.how])
        for one in astray[:MOST_NAMED]
    ]
    return listed(named) + _("，共 {count} 处", count=len(astray))


def _remedy(astray: list[Astray]) -> str:
    if any(one.how in (integrity.ALTERED, integrity.WHOLE) for one in astray):
        return _("已发布的版本被改动：从备份恢复")
    if astray:
        return _("程序带来的标准与已发布的不同：在管理端“标准”页导入为新一版草案，审核后发布")
    return _("运行 huakai migrate")


def _workdays(databases: Databases, _settings: Settings) -> Finding:
    """A year that is near is named; the present one must be there."""
    today = clock.today()
    with databases.session(Login.MIGRATOR) as session:
        missing = calendar.around(session, today).missing(today)
    found = _("缺 {years} 年，暂按周一至周五计算", years=listed(map(str, missing))) if missing else _("齐全")
    return Finding(_("节假日表"), today.year not in missing, found, _("在管理端“节假日表”页导入该年"))


def _master_key(_databases: Databases, settings: Settings) -> Finding:
    if settings.master_key is None:
        return Finding(_("主密钥"), False, _("没有设置"), _("设置 HUAKAI_MASTER_KEY 或 HUAKAI_MASTER_KEY_FILE"))
    key, wrapped = crypto.mint(settings.master_key)
    opened = crypto.unwrap(settings.master_key, wrapped, key.generation) == key
    return Finding(_("主密钥"), opened, _("可用"), _("主密钥必须是 32 字节"))


def _redis(_databases: Databases, settings: Settings) -> Finding:
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=3) as client:
            client.ping()
        return Finding("Redis", True, _("应答正常"))
    except (RedisError, ValueError) as error:
        return Finding("Redis", False, type(error).__name__, _("检查 REDIS_URL;任务会等待，不会丢失"))


def _workers(databases: Databases, _settings: Settings) -> Finding:
    alive = _alive(databases, "worker")
    return Finding(_("任务进程"), bool(alive), _("{count} 个在运行", count=alive), _("运行 huakai worker"))


def _exporters(databases: Databases, _settings: Settings) -> Finding:
    """Needed only where somebody waits for an export."""
    with databases.session(Login.WORKER) as session:
        waiting = session.scalar(
            select(Operation.id).where(Operation.kind == EXPORT, Operation.done.is_(None)).limit(1)
        )
    alive = _alive(databases, "exporter")
    good = bool(alive) or waiting is None
    return Finding(_("导出进程"), good, _("{count} 个在运行", count=alive), _("运行 huakai exporter"))


def _alive(databases: Databases, kind: str) -> int:
    fresh = Heartbeat.kind == kind, Heartbeat.seen_at > clock.now() - ALIVE
    with databases.session(Login.WORKER) as session:
        return session.scalar(select(func.count()).where(*fresh)) or 0


def _queue(databases: Databases, _settings: Settings) -> Finding:
    with databases.session(Login.WORKER) as session:
        state = session.execute(text("SELECT waiting, due, oldest_due, dead FROM tenant.queue_state()")).one()
        given_up = queue.troubled(session, most=MOST_LOOKED_AT, dead_only=True) if state.dead else []
    late = state.oldest_due is not None and clock.now() - state.oldest_due > OLDEST_DUE
    found = _("等待 {waiting}，到期 {due}，失败 {dead}", waiting=state.waiting, due=state.due, dead=state.dead)
    if given_up:
        found = _("{found}：{reasons}", found=found, reasons=_reasons(given_up))
    return Finding(
        _("任务队列"), not late and not state.dead, found, _("看 huakai jobs list;可用 huakai jobs resend 重发")
    )


def _clockwork(databases: Databases, _settings: Settings) -> Finding:
    """What the clock could not do at its time, given up or still tried."""
    with databases.session(Login.WORKER) as session:
        failing = [row for row in queue.troubled(session, most=MOST_LOOKED_AT) if row.topic == ScheduleFailed.__name__]
    remedy = _("按原因处理后等待重试；已放弃的用 huakai jobs resend 重发")
    return Finding(_("定时任务"), not failing, _reasons(failing) if failing else _("按时完成"), remedy)


def _reasons(rows: list[Troubled]) -> str:
    return listed(
        _("{topic}（{reason}）", topic=TOPICS.get(row.topic, row.topic), reason=row.last_error or "—")
        for row in rows[:MOST_NAMED]
    )


def _rollups(databases: Databases, _settings: Settings) -> Finding:
    with databases.session(Login.WORKER) as session:
        off = {
            row.region_code for month in (clock.month(clock.today()), PRESENT) for row in rollups.check(session, month)
        }
    found = _("{count} 个地区与站点数字不符", count=len(off)) if off else _("与站点数字一致")
    remedy = _("看 huakai facts check;用 huakai facts rebuild 重新计算，或 huakai doctor --rebuild 只重新汇总本月")
    return Finding(_("汇总数字"), not off, found, remedy)


def _disk(_databases: Databases, settings: Settings) -> Finding:
    usage = shutil.disk_usage(settings.instance if settings.instance.exists() else "/")
    free = usage.free / usage.total
    return Finding(_("磁盘"), free > LEAST_FREE, f"{free:.0%}", _("请释放磁盘空间"))


def _assets(_databases: Databases, _settings: Settings) -> Finding:
    try:
        return Finding(_("前端文件"), True, assets.url("tabler.css"))
    except assets.AssetsMissing as error:
        return Finding(_("前端文件"), False, str(error), _("运行 deploy/run build"))
