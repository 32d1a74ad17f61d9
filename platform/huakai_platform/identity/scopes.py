"""The permissions of a role as somebody chooses them for a token: to look, to work, and what is grave."""

from collections.abc import Collection

from huakai_platform.kernel.access import Permission, Role, permissions_of
from huakai_platform.kernel.i18n import Message, _

GRAVE = frozenset(
    {
        Permission.SITES_DECIDE,
        Permission.REGIONS_IMPORT,
        Permission.JOBS_RESEND,
        Permission.ACCOUNTS_MANAGE,
        Permission.COMPLIANCE_ENTER,
        Permission.COMPLIANCE_SEAL,
        Permission.TRAIL_EXPORT,
        Permission.TEAM_MANAGE,
        Permission.STAFF_CONTACTS_READ,
        Permission.ROOM_TRAIL_EXPORT,
    }
)
LABELS: tuple[tuple[str, Message], ...] = (
    ("read", _("查看")),
    ("write", _("办理")),
    ("grave", _("影响大，请谨慎")),
)


def kind(permission: Permission) -> str:
    """`read`, `write` or `grave`."""
    if permission in GRAVE:
        return "grave"
    return "read" if permission.value.endswith(":read") else "write"


def groups(role: Role, offered: Collection[Permission]) -> list[tuple[str, Message, list[Permission]]]:
    """What a token of the role may be given, in groups; empty ones are left out."""
    held = [one for one in Permission if one in offered and one in permissions_of(role)]
    found = [(name, label, [one for one in held if kind(one) == name]) for name, label in LABELS]
    return [group for group in found if group[2]]
