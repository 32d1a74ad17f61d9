"""Who may do what: every permission, every role, every grant, on one page."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from huakai_platform.kernel.i18n import Message, _


class Permission(StrEnum):
    """`plane:things:verb`; a route names exactly one."""

    SELF = "any:self:manage"

    PICTURE_READ = "console:picture:read"
    SITES_READ = "console:sites:read"
    SITES_PREPARE = "console:sites:prepare"
    SITES_DECIDE = "console:sites:decide"
    REGISTER_IMPORT = "console:register:import"
    REGIONS_READ = "console:regions:read"
    REGIONS_IMPORT = "console:regions:import"
    STANDARD_READ = "console:standard:read"
    STANDARD_WRITE = "console:standard:write"
    STANDARD_PUBLISH = "console:standard:publish"
    RELEASES_READ = "console:releases:read"
    RELEASES_MANAGE = "console:releases:manage"
    OPERATIONS_READ = "console:operations:read"
    OPERATIONS_STEER = "console:operations:steer"
    JOBS_READ = "console:jobs:read"
    JOBS_RESEND = "console:jobs:resend"
    ACCOUNTS_READ = "console:accounts:read"
    ACCOUNTS_MANAGE = "console:accounts:manage"
    ACCESS_READ = "console:access:read"
    REMINDERS_SEND = "console:reminders:send"
    WORKDAYS_READ = "console:workdays:read"
    WORKDAYS_MANAGE = "console:workdays:manage"
    COMPLIANCE_READ = "console:compliance:read"
    COMPLIANCE_ENTER = "console:compliance:enter"
    COMPLIANCE_SEAL = "console:compliance:seal"
    TRAIL_READ = "console:trail:read"
    TRAIL_EXPORT = "console:trail:export"
    ACTIVITY_TOTALS = "console:activities:manage"
    NOTICES_READ = "console:notices:read"
    SETUP_RUN = "console:setup:run"
    SERVICE_TOKENS_MANAGE = "console:tokens:manage"

    TODAY_READ = "room:today:read"
    CHECKLISTS_READ = "room:checklists:read"
    CHECKLISTS_FILL = "room:checklists:fill"
    CHECKLISTS_COMPLETE = "room:checklists:complete"
    SPACES_READ = "room:spaces:read"
    SPACES_MANAGE = "room:spaces:manage"
    EQUIPMENT_READ = "room:equipment:read"
    EQUIPMENT_CHECK = "room:equipment:check"
    EQUIPMENT_MANAGE = "room:equipment:manage"
    WALL_MANAGE = "room:wall:manage"
    STANDARD_KNOW = "room:standard:read"
    STANDARD_CONFIRM = "room:standard:confirm"
    TEAM_READ = "room:team:read"
    TEAM_MANAGE = "room:team:manage"
    CHECKLISTS_REOPEN = "room:checklists:reopen"
    POINTS_READ = "room:points:read"
    POINTS_MANAGE = "room:points:manage"
    STAFF_READ = "room:staff:read"
    STAFF_MANAGE = "room:staff:manage"
    STAFF_CONTACTS_READ = "room:contacts:read"
    TRAINING_READ = "room:training:read"
    TRAINING_MANAGE = "room:training:manage"
    ACTIVITIES_READ = "room:activities:read"
    ACTIVITIES_MANAGE = "room:activities:manage"
    ROOM_TRAIL_READ = "room:trail:read"
    ROOM_TRAIL_EXPORT = "room:trail:export"
    VISITS_READ = "room:visits:read"
    ROOM_COMPLIANCE_READ = "room:compliance:read"
    ROOM_NOTICES_READ = "room:notices:read"
    ROOM_TOKENS_MANAGE = "room:tokens:manage"

    @property
    def plane(self) -> str:
        """`any`, `console` or `room`."""
        return self.value.partition(":")[0]

    @property
    def label(self) -> Message:
        return PERMISSION_LABELS[self]


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

PERMISSION_LABELS = {
    Permission.SELF: _("管理自己的账号和设备"),
    Permission.PICTURE_READ: _("查看全局总览"),
    Permission.SITES_READ: _("查看站点"),
    Permission.SITES_PREPARE: _("申报站点、推进建设"),
    Permission.SITES_DECIDE: _("批准、开通、暂停、迁址、关闭站点"),
    Permission.REGISTER_IMPORT: _("导入登记表"),
    Permission.REGIONS_READ: _("查看地区"),
    Permission.REGIONS_IMPORT: _("导入地区"),
    Permission.STANDARD_READ: _("查看标准"),
    Permission.STANDARD_WRITE: _("编写标准草稿"),
    Permission.STANDARD_PUBLISH: _("审核和发布标准"),
    Permission.RELEASES_READ: _("查看标准发布"),
    Permission.RELEASES_MANAGE: _("演练、发布、暂停和撤回标准"),
    Permission.OPERATIONS_READ: _("查看批量操作"),
    Permission.OPERATIONS_STEER: _("取消或继续批量操作"),
    Permission.JOBS_READ: _("查看运行状态"),
    Permission.JOBS_RESEND: _("重新发送失败的任务"),
    Permission.ACCOUNTS_READ: _("查看账号"),
    Permission.ACCOUNTS_MANAGE: _("管理账号、身份和邀请"),
    Permission.ACCESS_READ: _("查看权限矩阵"),
    Permission.REMINDERS_SEND: _("提醒站点处理逾期检查单"),
    Permission.WORKDAYS_READ: _("查看节假日表"),
    Permission.WORKDAYS_MANAGE: _("导入和修改节假日表"),
    Permission.COMPLIANCE_READ: _("查看站点合规等级"),
    Permission.COMPLIANCE_ENTER: _("进入单个站点查看合规证据"),
    Permission.COMPLIANCE_SEAL: _("封存评估结果"),
    Permission.TRAIL_READ: _("查看审计日志"),
    Permission.TRAIL_EXPORT: _("导出审计日志"),
    Permission.ACTIVITY_TOTALS: _("登记往期活动汇总数"),
    Permission.NOTICES_READ: _("查看自己的通知"),
    Permission.SETUP_RUN: _("完成首次设置"),
    Permission.SERVICE_TOKENS_MANAGE: _("管理服务令牌"),
    Permission.TODAY_READ: _("查看今日待办"),
    Permission.CHECKLISTS_READ: _("查看检查单"),
    Permission.CHECKLISTS_FILL: _("填写检查单"),
    Permission.CHECKLISTS_COMPLETE: _("完成检查单"),
    Permission.SPACES_READ: _("查看场地"),
    Permission.SPACES_MANAGE: _("登记场地面积和状态"),
    Permission.EQUIPMENT_READ: _("查看设备"),
    Permission.EQUIPMENT_CHECK: _("检查和送修设备"),
    Permission.EQUIPMENT_MANAGE: _("登记和报废设备"),
    Permission.WALL_MANAGE: _("为上墙文件拍照留证"),
    Permission.STANDARD_KNOW: _("查看本站标准的变化"),
    Permission.STANDARD_CONFIRM: _("确认本站标准的变化"),
    Permission.TEAM_READ: _("查看团队"),
    Permission.TEAM_MANAGE: _("邀请和停用团队成员"),
    Permission.CHECKLISTS_REOPEN: _("重新打开已完成的检查单"),
    Permission.POINTS_READ: _("查看待整改项"),
    Permission.POINTS_MANAGE: _("处理待整改项"),
    Permission.STAFF_READ: _("查看人员名册"),
    Permission.STAFF_MANAGE: _("登记人员和证书"),
    Permission.STAFF_CONTACTS_READ: _("打开人员联系方式"),
    Permission.TRAINING_READ: _("查看培训记录"),
    Permission.TRAINING_MANAGE: _("登记培训记录"),
    Permission.ACTIVITIES_READ: _("查看活动"),
    Permission.ACTIVITIES_MANAGE: _("登记活动和年度计划"),
    Permission.ROOM_TRAIL_READ: _("查看本站审计日志"),
    Permission.ROOM_TRAIL_EXPORT: _("导出本站审计日志"),
    Permission.VISITS_READ: _("查看上级进入本站的记录"),
    Permission.ROOM_COMPLIANCE_READ: _("查看本站的合规评估"),
    Permission.ROOM_NOTICES_READ: _("查看自己在本站的通知"),
    Permission.ROOM_TOKENS_MANAGE: _("管理本站的服务令牌"),
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
    Permission.TRAIL_READ: _ADMIN | {Role.AUDITOR},
    Permission.TRAIL_EXPORT: _ADMIN | {Role.AUDITOR},
    Permission.ACTIVITY_TOTALS: _OFFICES,
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
