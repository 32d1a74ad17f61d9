"""The menu: one table, shown by permission. In a room the order is that of use: the first stand in the bar."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.i18n import Message, _

ROOTS = ("/console/", "/room/")
ON_A_PHONE, ON_A_DESK = 4, 8
"""How many entries of a room stand in its bar; the others are under “更多”."""


@dataclass(frozen=True)
class Entry:
    """A page of the menu; `badge` names the count that stands beside it (see `AppState.badges`)."""

    label: Message
    endpoint: str
    icon: str
    permission: Permission
    badge: str | None = None


MENU: tuple[tuple[Message | None, tuple[Entry, ...]], ...] = (
    (
        None,
        (
            Entry(_("总览"), "oversight.picture", "layout-dashboard", Permission.PICTURE_READ),
            Entry(_("通知"), "notices.index", "bell", Permission.NOTICES_READ, badge="notices"),
        ),
    ),
    (
        _("站点"),
        (
            Entry(_("站点"), "onboarding.sites", "building-2", Permission.SITES_READ),
            Entry(_("进度看板"), "onboarding.board", "kanban", Permission.SITES_READ),
            Entry(_("导入登记表"), "onboarding.imports", "file-up", Permission.REGISTER_IMPORT),
        ),
    ),
    (
        _("监管"),
        (
            Entry(_("合规"), "compliance.sites", "clipboard-list", Permission.COMPLIANCE_READ),
            Entry(_("活动"), "oversight.activities", "calendar-heart", Permission.PICTURE_READ),
            Entry(_("登记统计"), "register_figures.show", "chart-column", Permission.PICTURE_READ),
            Entry(_("偏离"), "drift.sites", "git-compare", Permission.COMPLIANCE_READ),
            Entry(_("功能室"), "oversight.function_rooms", "warehouse", Permission.SITES_READ),
            Entry(_("逾期提醒"), "oversight.overdue", "bell-ring", Permission.REMINDERS_SEND),
        ),
    ),
    (
        _("基础资料"),
        (
            Entry(_("标准"), "standards.index", "book-open-check", Permission.STANDARD_READ),
            Entry(_("登记簿"), "registers.index", "notebook-tabs", Permission.INSTITUTION_REGISTERS_READ),
            Entry(_("标准发布"), "releases.index", "send", Permission.RELEASES_READ),
            Entry(_("建议"), "proposals.index", "lightbulb", Permission.PROPOSALS_MAKE),
            Entry(_("地区"), "regions.index", "map", Permission.REGIONS_READ),
        ),
    ),
    (
        _("管理"),
        (
            Entry(_("账号"), "identity.accounts", "users", Permission.ACCOUNTS_READ),
            Entry(_("节假日表"), "workdays.index", "calendar-days", Permission.WORKDAYS_READ),
            Entry(_("权限矩阵"), "identity.access_matrix", "shield-check", Permission.ACCESS_READ),
            Entry(_("批量操作"), "operations.index", "list-checks", Permission.OPERATIONS_READ),
            Entry(_("我的导出"), "exports.index", "download", Permission.EXPORTS_MANAGE),
            Entry(_("运行状态"), "operations.jobs", "activity", Permission.JOBS_READ),
            Entry(_("服务令牌"), "identity.service_tokens", "key-round", Permission.SERVICE_TOKENS_MANAGE),
            Entry(_("审计日志"), "trail.index", "scroll-text", Permission.TRAIL_READ),
            Entry(_("首次设置"), "setup.index", "rocket", Permission.SETUP_RUN),
        ),
    ),
    (
        None,
        (
            Entry(_("今日"), "checklists.today", "sun", Permission.TODAY_READ, badge="overdue"),
            Entry(_("检查单"), "checklists.history", "clipboard-check", Permission.CHECKLISTS_READ),
            Entry(_("待整改项"), "checklists.points", "wrench", Permission.POINTS_READ),
            Entry(_("人员"), "staff.index", "id-card", Permission.STAFF_READ),
            Entry(_("活动"), "activities.index", "calendar-heart", Permission.ACTIVITIES_READ),
            Entry(_("培训"), "training.index", "graduation-cap", Permission.TRAINING_READ),
            Entry(_("合规"), "room_compliance.show", "award", Permission.ROOM_COMPLIANCE_READ),
            Entry(_("偏离"), "room_drift.show", "git-compare", Permission.ROOM_COMPLIANCE_READ),
            Entry(_("场地"), "premises.index", "door-open", Permission.SPACES_READ),
            Entry(_("上墙文件"), "wall_documents.index", "file-check", Permission.SPACES_READ),
            Entry(_("设备"), "equipment.index", "package", Permission.EQUIPMENT_READ),
            Entry(_("登记簿"), "room_registers.index", "notebook-tabs", Permission.REGISTERS_READ),
            Entry(_("标准"), "standard.index", "book-open-check", Permission.STANDARD_KNOW),
            Entry(_("本站调整"), "variations.index", "sliders-horizontal", Permission.STANDARD_KNOW),
            Entry(_("建议"), "room_proposals.mine", "lightbulb", Permission.ROOM_PROPOSALS_MAKE),
            Entry(_("团队"), "team.index", "users", Permission.TEAM_READ),
            Entry(_("通知"), "room_notices.index", "bell", Permission.ROOM_NOTICES_READ, badge="notices"),
            Entry(_("审计日志"), "room_trail.room_index", "scroll-text", Permission.ROOM_TRAIL_READ),
            Entry(_("上级查看"), "room_compliance.visits", "eye", Permission.VISITS_READ),
            Entry(_("服务令牌"), "identity.room_tokens", "key-round", Permission.ROOM_TOKENS_MANAGE),
        ),
    ),
)


def menu(permissions: Collection[Permission]) -> list[dict[str, Any]]:
    """The sections and entries that these permissions open, the present one marked."""
    sections = []
    for label, entries in MENU:
        items = [_item(entry) for entry in entries if _opens(entry, permissions)]
        if items:
            sections.append({"label": label, "items": items})
    return sections


def bar(nav: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A room's entries in the order of use, each with where it stands: `phone`, `desk` or `more`."""
    items = [item for section in nav for item in section["items"]]
    phone = len(items) if len(items) <= ON_A_PHONE + 1 else ON_A_PHONE
    desk = len(items) if len(items) <= ON_A_DESK + 1 else ON_A_DESK
    places = ["phone" if number < phone else "desk" if number < desk else "more" for number in range(len(items))]
    return [{**item, "place": place} for item, place in zip(items, places, strict=True)]


def breadcrumbs(nav: list[dict[str, Any]]) -> list[tuple[Message, str | None]]:
    """Where a page stands that says nothing itself: the first entry of the menu, then the present one."""
    entries = [item for section in nav for item in section["items"]]
    if not entries or request.path == entries[0]["href"]:
        return []
    here = [item for item in entries[1:] if item["active"]]
    return [(item["label"], None if item["href"] == request.path else item["href"]) for item in [entries[0], *here]]


def open_to(entry: Entry, actor: Actor) -> bool:
    return _opens(entry, actor.permissions)


def _opens(entry: Entry, permissions: Collection[Permission]) -> bool:
    return entry.permission in permissions and entry.endpoint in current_app.view_functions


def _item(entry: Entry) -> dict[str, Any]:
    href = url_for(entry.endpoint)
    path = request.path
    active = path == href or (href not in ROOTS and path.startswith(href.rstrip("/") + "/"))
    return {"label": entry.label, "href": href, "icon": entry.icon, "active": active, "badge": entry.badge}
