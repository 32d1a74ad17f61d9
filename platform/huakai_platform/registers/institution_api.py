"""The institution's registers for programs."""

from huakai_platform.kernel.access import Permission
from huakai_platform.registers.api import Level, add_routes
from huakai_platform.registers.views import SCOPE
from huakai_platform.web import api

blueprint = add_routes(
    api.Resources("institution_registers", __name__, "机构登记簿 Registers of the institution"),
    Level(
        SCOPE,
        Permission.INSTITUTION_REGISTERS_READ,
        Permission.INSTITUTION_REGISTERS_WRITE,
        "institution_register",
        "institution_entry",
        {"issued_on": "2018-11-16", "title": "…", "issuer": "…"},
    ),
)
