"""Who may do what: every permission, every role, every grant, on one page."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from huakai_platform.kernel.i18n import Message, _

NAMELESS = Message("")


class Permission(StrEnum):
    """`plane:things:verb`, and what a reader calls it; a route names exactly one."""

    label: Message

    def __new__(cls, value: str, label: Message = NAMELESS) -> "Permission":
        made = str.__new__(cls, value)
        made._value_, made.label = value, label
        return made

    SELF = "any:self:manage", _("管理自己的账号和设备")

    PICTURE_READ = "console:picture:read", _("查看全局总览")
    SITES_READ = "console:sites:read", _("查看站点")
    SITES_PREPARE = "console:sites:prepare", _("申报站点、推进建设")
    SITES_DECIDE = "console:sites:decide", _("批准、开通、暂停、迁址、关闭站点")
    REGISTER_IMPORT = "console:register:import", _("导入登记表")
    REGIONS_READ = "console:regions:read", _("查看地区")
    REGIONS_IMPORT = "console:regions:import", _("导入地区")
    STANDARD_READ = "console:standard:read", _("查看标准")
    STANDARD_WRITE = "console:standard:write", _("编写标准草稿")
    STANDARD_PUBLISH = "console:standard:publish", _("审核和发布标准")
    RELEASES_READ = "console:releases:read", _("查看标准发布")
    RELEASES_MANAGE = "console:releases:manage", _("演练、发布、暂停和撤回标准")
    INSTITUTION_REGISTERS_READ = "console:registers:read", _("查看机构登记簿")
    INSTITUTION_REGISTERS_WRITE = "console:registers:write", _("在机构登记簿登记")
    OPERATIONS_READ = "console:operations:read", _("查看批量操作")
    OPERATIONS_STEER = "console:operations:steer", _("取消或继续批量操作")
    JOBS_READ = "console:jobs:read", _("查看运行状态")
    JOBS_RESEND = "console:jobs:resend", _("重新发送失败的任务")
    ACCOUNTS_READ = "console:accounts:read", _("查看账号")
    ACCOUNTS_MANAGE = "console:accounts:manage", _("管理账号、身份和邀请")
    ACCESS_READ = "console:access:read", _("查看权限矩阵")
    REMINDERS_SEND = "console:reminders:send", _("提醒站点处理逾期检查单")
    WORKDAYS_READ = "console:workdays:read", _("查看节假日表")
    WORKDAYS_MANAGE = "console:workdays:manage", _("导入和修改节假日表")
    COMPLIANCE_READ = "console:compliance:read", _("查看站点合规等级")
    COMPLIANCE_ENTER = "console:compliance:enter", _("进入单个站点查看合规证据")
    COMPLIANCE_SEAL = "console:compliance:seal", _("封存评估结果")
    WAIVERS_MANAGE = "console:waivers:manage", _("批准、给予和撤回豁免")
    PROPOSALS_MAKE = "console:proposals:make", _("查看和提出对标准的建议")
    TRAIL_READ = "console:trail:read", _("查看审计日志")
    TRAIL_EXPORT = "console:trail:export", _("导出审计日志")
    ACTIVITY_TOTALS = "console:activities:manage", _("登记往期活动汇总数")
    EXPORTS_MANAGE = "console:exports:manage", _("生成和下载自己的大列表导出")
    NOTICES_READ = "console:notices:read", _("查看自己的通知")
    SETUP_RUN = "console:setup:run", _("完成首次设置")
    SERVICE_TOKENS_MANAGE = "console:tokens:manage", _("管理服务令牌")

    TODAY_READ = "room:today:read", _("查看今日待办")
    CHECKLISTS_READ = "room:checklists:read", _("查看检查单")
    CHECKLISTS_FILL = "room:checklists:fill", _("填写检查单")
    CHECKLISTS_COMPLETE = "room:checklists:complete", _("完成检查单")
    SPACES_READ = "room:spaces:read", _("查看场地")
    SPACES_MANAGE = "room:spaces:manage", _("登记场地面积和状态")
    EQUIPMENT_READ = "room:equipment:read", _("查看设备")
    EQUIPMENT_CHECK = "room:equipment:check", _("检查和送修设备")
    EQUIPMENT_MANAGE = "room:equipment:manage", _("登记和报废设备")
    WALL_MANAGE = "room:wall:manage", _("为上墙文件拍照留证")
    STANDARD_KNOW = "room:standard:read", _("查看本站标准的变化")
    VARIATIONS_MANAGE = "room:variations:manage", _("在标准允许的范围内调整")
    STANDARD_CONFIRM = "room:standard:confirm", _("确认本站标准的变化")
    REGISTERS_READ = "room:registers:read", _("查看登记簿")
    REGISTERS_WRITE = "room:registers:write", _("在登记簿登记")
    TEAM_READ = "room:team:read", _("查看团队")
    TEAM_MANAGE = "room:team:manage", _("邀请和停用团队成员")
    CHECKLISTS_REOPEN = "room:checklists:reopen", _("重新打开已完成的检查单")
    POINTS_READ = "room:points:read", _("查看待整改项")
    POINTS_MANAGE = "room:points:manage", _("处理待整改项")
    STAFF_READ = "room:staff:read", _("查看人员名册")
    STAFF_MANAGE = "room:staff:manage", _("登记人员和证书")
    STAFF_CONTACTS_READ = "room:contacts:read", _("打开人员联系方式")
    TRAINING_READ = "room:training:read", _("查看培训记录")
    TRAINING_MANAGE = "room:training:manage", _("登记培训记录")
    ACTIVITIES_READ = "room:activities:read", _("查看活动")
    ACTIVITIES_MANAGE = "room:activities:manage", _("登记活动和年度计划")
    ROOM_TRAIL_READ = "room:trail:read", _("查看本站审计日志")
    ROOM_TRAIL_EXPORT = "room:trail:export", _("导出本站审计日志")
    VISITS_READ = "room:visits:read", _("查看上级进入本站的记录")
    ROOM_COMPLIANCE_READ = "room:compliance:read", _("查看本站的合规评估")
    WAIVERS_ASK = "room:waivers:ask", _("申请豁免")
    ROOM_PROPOSALS_MAKE = "room:proposals:make", _("提出对标准的建议")
    ROOM_NOTICES_READ = "room:notices:read", _("查看自己在本站的通知")
    ROOM_TOKENS_MANAGE = "room:tokens:manage", _("管理本站的服务令牌")

    @property
    def plane(self) -> str:
        """`any`, `console` or `room`."""
        return self.value.partition(":")[0]


class Role(StrEnum):
    INSTITUTION_ADMIN = "institution_admin"
    REGIONAL_OFFICE = "regional_office"
    AUDITOR = "auditor"
    SITE_HEAD = "site_head"
    COUNSELLOR = "counsellor"
    SITE_WORKER = "site_worker"
    VOLUNTEER = "volunteer"

    @property
    def plane(self) -> str:
        return "console" if self in CONSOLE else "room"

    @property
    def label(self) -> Message:
        return LABELS[self]


CONSOLE = frozenset({Role.INSTITUTION_ADMIN, Role.REGIONAL_OFFICE, Role.AUDITOR})
ROOM = frozenset(Role) - CONSOLE
EVERYONE = frozenset(Role)

LABELS = {
    Role.INSTITUTION_ADMIN: _("机构管理员"),
    Role.REGIONAL_OFFICE: _("区域办公室"),
    Role.AUDITOR: _("审核员"),
    Role.SITE_HEAD: _("站点负责人"),
    Role.COUNSELLOR: _("咨询师"),
    Role.SITE_WORKER: _("站点工作人员"),
    Role.VOLUNTEER: _("志愿者"),
}

_ADMIN = frozenset({Role.INSTITUTION_ADMIN})
_OFFICES = _ADMIN | {Role.REGIONAL_OFFICE}
_HEAD = frozenset({Role.SITE_HEAD})
_STAFF = _HEAD | {Role.COUNSELLOR, Role.SITE_WORKER}

GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.SELF: EVERYONE,
    Permission.PICTURE_READ: CONSOLE,
    Permission.SITES_READ: CONSOLE,
    Permission.SITES_PREPARE: _OFFICES,
    Permission.SITES_DECIDE: _ADMIN,
    Permission.REGISTER_IMPORT: _OFFICES,
    Permission.REGIONS_READ: CONSOLE,
    Permission.REGIONS_IMPORT: _ADMIN,
    Permission.STANDARD_READ: CONSOLE,
    Permission.STANDARD_WRITE: _ADMIN,
    Permission.STANDARD_PUBLISH: _ADMIN,
    Permission.RELEASES_READ: CONSOLE,
    Permission.RELEASES_MANAGE: _ADMIN,
    Permission.INSTITUTION_REGISTERS_READ: CONSOLE,
    Permission.INSTITUTION_REGISTERS_WRITE: _OFFICES,
    Permission.OPERATIONS_READ: _OFFICES,
    Permission.OPERATIONS_STEER: _ADMIN,
    Permission.JOBS_READ: _ADMIN,
    Permission.JOBS_RESEND: _ADMIN,
    Permission.ACCOUNTS_READ: _ADMIN,
    Permission.ACCOUNTS_MANAGE: _ADMIN,
    Permission.ACCESS_READ: _ADMIN | {Role.AUDITOR},
    Permission.REMINDERS_SEND: _OFFICES,
    Permission.WORKDAYS_READ: CONSOLE,
    Permission.WORKDAYS_MANAGE: _ADMIN,
    Permission.COMPLIANCE_READ: CONSOLE,
    Permission.COMPLIANCE_ENTER: CONSOLE,
    Permission.COMPLIANCE_SEAL: _ADMIN | {Role.AUDITOR},
    Permission.WAIVERS_MANAGE: _ADMIN,
    Permission.PROPOSALS_MAKE: _OFFICES,
    Permission.TRAIL_READ: _ADMIN | {Role.AUDITOR},
    Permission.TRAIL_EXPORT: _ADMIN | {Role.AUDITOR},
    Permission.ACTIVITY_TOTALS: _OFFICES,
    Permission.EXPORTS_MANAGE: CONSOLE,
    Permission.NOTICES_READ: CONSOLE,
    Permission.SETUP_RUN: _ADMIN,
    Permission.SERVICE_TOKENS_MANAGE: _ADMIN,
    Permission.TODAY_READ: ROOM,
    Permission.CHECKLISTS_READ: ROOM,
    Permission.CHECKLISTS_FILL: _STAFF,
    Permission.CHECKLISTS_COMPLETE: _STAFF,
    Permission.SPACES_READ: ROOM,
    Permission.SPACES_MANAGE: _HEAD,
    Permission.EQUIPMENT_READ: ROOM,
    Permission.EQUIPMENT_CHECK: _STAFF,
    Permission.EQUIPMENT_MANAGE: _HEAD,
    Permission.WALL_MANAGE: _STAFF,
    Permission.STANDARD_KNOW: ROOM,
    Permission.STANDARD_CONFIRM: _HEAD,
    Permission.REGISTERS_READ: _STAFF,
    Permission.REGISTERS_WRITE: _STAFF,
    Permission.TEAM_READ: _STAFF,
    Permission.TEAM_MANAGE: _HEAD,
    Permission.CHECKLISTS_REOPEN: _HEAD,
    Permission.POINTS_READ: ROOM,
    Permission.POINTS_MANAGE: _STAFF,
    Permission.STAFF_READ: _STAFF,
    Permission.STAFF_MANAGE: _HEAD,
    Permission.STAFF_CONTACTS_READ: _HEAD,
    Permission.TRAINING_READ: _STAFF,
    Permission.TRAINING_MANAGE: _HEAD,
    Permission.ACTIVITIES_READ: ROOM,
    Permission.ACTIVITIES_MANAGE: _STAFF,
    Permission.ROOM_TRAIL_READ: _HEAD,
    Permission.ROOM_TRAIL_EXPORT: _HEAD,
    Permission.VISITS_READ: _STAFF,
    Permission.ROOM_COMPLIANCE_READ: _STAFF,
    Permission.WAIVERS_ASK: _HEAD,
    Permission.VARIATIONS_MANAGE: _HEAD,
    Permission.ROOM_PROPOSALS_MAKE: _STAFF,
    Permission.ROOM_NOTICES_READ: ROOM,
    Permission.ROOM_TOKENS_MANAGE: _HEAD,
}


@dataclass(frozen=True)
class Actor:
    """Who acts, in which role, and how far it reaches; read anew for every request."""

    account_id: UUID
    name: str
    role: Role | None = None
    membership_id: UUID | None = None
    institution_id: UUID | None = None
    institution_name: str = ""
    site_id: UUID | None = None
    site_name: str = ""
    region_code: str | None = None
    valid_until: date | None = None
    session_id: UUID | None = None
    token_id: UUID | None = None
    locale: str = "zh_CN"
    confirmed_recently: bool = False
    memberships: int = 1
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    def can(self, permission: Permission | str) -> bool:
        return Permission(permission) in self.permissions

    @property
    def role_label(self) -> Message | None:
        return self.role.label if self.role else None


def permissions_of(role: Role | None) -> frozenset[Permission]:
    """What a role may do; without a role one may still manage oneself."""
    if role is None:
        return frozenset({Permission.SELF})
    return frozenset(permission for permission, roles in GRANTS.items() if role in roles)
