"""The life cycle of a site on one page: every step there is, who may take it, and what it asks (domain §1.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import closing, relocation
from huakai_platform.onboarding.models import SiteIntake
from huakai_platform.onboarding.opening import READY, hindrance

PREPARE, DECIDE = Permission.SITES_PREPARE, Permission.SITES_DECIDE
S = SiteState

Guard = Callable[[Session, Site], Message | None]
"""Names what is missing before the step can be taken."""

Effect = Callable[[Session, Actor, Site, dict[str, Any]], dict[str, Any] | None]
"""What the step does beside the state; its answer is kept with the event."""


@dataclass(frozen=True)
class Transition:
    """One step; `asks` are the inputs it needs beside a reason, `effects` what a person should know beforehand."""

    source: SiteState
    target: SiteState
    verb: Message
    permission: Permission
    needs_reason: bool = False
    guard: Guard | None = None
    effect: Effect | None = None
    asks: tuple[str, ...] = ()
    effects: tuple[Message, ...] = ()
    back: bool = False

    @property
    def plain(self) -> bool:
        """One button is enough: nothing to fill in, nothing to be warned of."""
        return not (self.needs_reason or self.asks or self.effects)


def _application_complete(session: Session, site: Site) -> Message | None:
    people = session.scalar(select(SiteIntake.people).where(SiteIntake.site_id == site.id)) or {}
    missing = [] if site.host else [_("依托场所")]
    if not people.get("A", {}).get("name"):
        missing.append(_("A角(负责人)"))
    if missing:
        return _("申请还缺：{what}。", what=listed(missing))
    return None


def _ready_to_open(session: Session, site: Site) -> Message | None:
    if site.opened_at is not None or site.state not in READY:
        return None
    return hindrance(SiteState(site.state), site.operating_since, clock.today())


def _running_since(session: Session, actor: Actor, site: Site, details: dict[str, Any]) -> dict[str, Any] | None:
    if since := details.get("operating_since"):
        if since > clock.today():
            raise Conflict(_("开始运营日期 {day} 晚于今天，请先核对。", day=since.isoformat()))
        site.operating_since = since
        return {"operating_since": since.isoformat()}
    return None


TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.LEAD, S.APPLIED, _("受理申请"), PREPARE, guard=_application_complete),
    Transition(S.LEAD, S.DECLINED, _("不予受理"), DECIDE, needs_reason=True),
    Transition(S.APPLIED, S.APPROVED, _("批准"), DECIDE, guard=_application_complete),
    Transition(S.APPLIED, S.DECLINED, _("不批准"), DECIDE, needs_reason=True),
    Transition(S.DECLINED, S.APPLIED, _("重新申请"), PREPARE),
    Transition(S.APPROVED, S.APPLIED, _("撤回批准"), DECIDE, needs_reason=True, back=True),
    Transition(S.APPROVED, S.PLANNING, _("开始方案设计"), PREPARE),
    Transition(
        S.APPROVED, S.OPEN, _("直接开通(已在运行)"), DECIDE,
        guard=_ready_to_open, effect=_running_since, asks=("operating_since",),
        effects=(
            _("站点将成为独立的空间：生成数据密钥，采用当前标准，登记应有的空间，邀请 A、B 角，并排出第一批检查单。"),
            _("开始运营日期决定评价时采用哪一套指标。"),
        ),
    ),
    Transition(S.PLANNING, S.BUILDING, _("开始建设"), PREPARE),
    Transition(S.PLANNING, S.APPROVED, _("退回已批准"), PREPARE, needs_reason=True, back=True),
    Transition(S.BUILDING, S.TRAINING, _("建设完成，开始培训"), PREPARE),
    Transition(S.BUILDING, S.PLANNING, _("退回方案设计"), PREPARE, needs_reason=True, back=True),
    Transition(S.TRAINING, S.ACCEPTANCE, _("申请验收"), PREPARE),
    Transition(S.TRAINING, S.BUILDING, _("退回建设"), PREPARE, needs_reason=True, back=True),
    Transition(S.ACCEPTANCE, S.RECTIFICATION, _("要求整改"), DECIDE, needs_reason=True),
    Transition(S.ACCEPTANCE, S.OPEN, _("验收通过，开通"), DECIDE, guard=_ready_to_open),
    Transition(S.RECTIFICATION, S.ACCEPTANCE, _("整改完成，再次验收"), PREPARE),
    Transition(
        S.OPEN, S.SUSPENDED, _("暂停开放"), DECIDE, needs_reason=True,
        effects=(
            _("站点人员仍可登录查看，但不能再填写任何内容。"),
            _("暂停期间不再产生新的检查单；可随时恢复开放。"),
        ),
    ),
    Transition(S.SUSPENDED, S.OPEN, _("恢复开放"), DECIDE),
    Transition(
        S.OPEN, S.RELOCATING, _("迁址"), DECIDE, needs_reason=True, effect=relocation.depart,
        asks=("place_code", "community", "address", "override"),
        effects=(
            _("新地址会按新站点的规则查重；同一社区已有站点时须说明理由。"),
            _("迁址期间站点人员只能查看；原来的记录全部保留。"),
        ),
    ),
    Transition(S.RELOCATING, S.ACCEPTANCE, _("新址验收"), PREPARE, effect=relocation.arrive),
    Transition(S.RELOCATING, S.OPEN, _("迁址完成，恢复开放"), DECIDE, effect=relocation.arrive),
    *(
        Transition(
            source, S.CLOSED, _("关闭"), DECIDE, needs_reason=True, effect=closing.close, asks=("confirm",),
            effects=(
                _("关闭不能撤回：站点人员不能再登录本站点。"),
                _("须告知来访者，并给 {days} 天领取本人记录。", days=closing.DAYS_TO_COLLECT),
                _("咨询记录在关闭后至少保存 {years} 年。", years=closing.YEARS_TO_KEEP),
            ),
        )
        for source in (S.OPEN, S.SUSPENDED)
    ),
)  # fmt: skip

TABLE: dict[tuple[SiteState, SiteState], Transition] = {(step.source, step.target): step for step in TRANSITIONS}
