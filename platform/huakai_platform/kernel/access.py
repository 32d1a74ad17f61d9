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
    OPERATIONS_READ = "console:operations:read"
    OPERATIONS_STEER = "console:operations:steer"
    JOBS_READ = "console:jobs:read"
    JOBS_RESEND = "console:jobs:resend"
    ACCOUNTS_READ = "console:accounts:read"
    ACCOUNTS_MANAGE = "console:accounts:manage"
    ACCESS_READ = "console:access:read"

    TODAY_READ = "room:today:read"
    CHECKLISTS_READ = "room:checklists:read"
    CHECKLISTS_FILL = "room:checklists:fill"
    CHECKLISTS_COMPLETE = "room:checklists:complete"
    SPACES_READ = "room:spaces:read"
    SPACES_MANAGE = "room:spaces:manage"
    TEAM_READ = "room:team:read"
    TEAM_MANAGE = "room:team:manage"

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
    Permission.OPERATIONS_READ: _("查看批量操作"),
    Permission.OPERATIONS_STEER: _("取消或继续批量操作"),
    Permission.JOBS_READ: _("查看运行状态"),
    Permission.JOBS_RESEND: _("重新发送失败的任务"),
    Permission.ACCOUNTS_READ: _("查看账号"),
    Permission.ACCOUNTS_MANAGE: _("管理账号、身份和邀请"),
    Permission.ACCESS_READ: _("查看权限矩阵"),
    Permission.TODAY_READ: _("查看今日待办"),
    Permission.CHECKLISTS_READ: _("查看检查单"),
    Permission.CHECKLISTS_FILL: _("填写检查单"),
    Permission.CHECKLISTS_COMPLETE: _("完成检查单"),
    Permission.SPACES_READ: _("查看场地"),
    Permission.SPACES_MANAGE: _("登记场地面积和状态"),
    Permission.TEAM_READ: _("查看团队"),
    Permission.TEAM_MANAGE: _("邀请和停用团队成员"),
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
    Permission.OPERATIONS_READ: _OFFICES,
    Permission.OPERATIONS_STEER: _ADMIN,
    Permission.JOBS_READ: _ADMIN,
    Permission.JOBS_RESEND: _ADMIN,
    Permission.ACCOUNTS_READ: _ADMIN,
    Permission.ACCOUNTS_MANAGE: _ADMIN,
    Permission.ACCESS_READ: _ADMIN | {Role.AUDITOR},
    Permission.TODAY_READ: ROOM,
    Permission.CHECKLISTS_READ: ROOM,
    Permission.CHECKLISTS_FILL: _STAFF,
    Permission.CHECKLISTS_COMPLETE: _STAFF,
    Permission.SPACES_READ: ROOM,
    Permission.SPACES_MANAGE: _HEAD,
    Permission.TEAM_READ: _STAFF,
    Permission.TEAM_MANAGE: _HEAD,
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
