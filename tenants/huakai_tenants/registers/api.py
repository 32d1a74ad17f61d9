"""A room's registers for programs."""

from huakai_platform.kernel.access import Permission
from huakai_platform.registers.api import Level, door
from huakai_tenants.registers.views import DESK, STAFF

blueprint = door(
    Level(
        "room_registers",
        "登记簿 Registers of a room",
        DESK,
        (Permission.REGISTERS_READ, STAFF),
        (Permission.REGISTERS_WRITE, STAFF),
        "register",
        "register_entry",
        {"visited_on": "2026-01-05", "unit": "…", "rank": "city", "people": 6, "purpose": "study"},
        room=True,
    )
)
