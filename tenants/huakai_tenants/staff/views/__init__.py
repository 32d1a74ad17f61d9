"""The room's pages of its staff: the register, one member, and what is done with either."""

from flask import Blueprint

from huakai_platform.kernel.access import Role

blueprint = Blueprint("staff", __name__, url_prefix="/room/staff")
STAFF = {Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER}
HEAD = {Role.SITE_HEAD}

from huakai_tenants.staff.views import certificates, contact, imports, lists, members, scans  # noqa: E402, F401
