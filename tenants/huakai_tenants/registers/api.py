"""A room's registers for programs."""

from huakai_platform.kernel.access import Permission
from huakai_platform.registers.api import Level, add_routes
from huakai_platform.web import api
from huakai_tenants.registers.views import SCOPE

blueprint = add_routes(
    api.Resources("room_registers", __name__, "登记簿 Registers of a room", room=True),
    Level(
        SCOPE,
        Permission.REGISTERS_READ,
        Permission.REGISTERS_WRITE,
        "register",
        "register_entry",
        {"visited_on": "2026-01-05", "unit": "…", "rank": "city", "people": 6, "purpose": "study"},
    ),
)
