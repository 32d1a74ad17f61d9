"""The room's pages of its equipment: what is asked for and there, the register, one item and what is done with it."""

from flask import Blueprint

blueprint = Blueprint("equipment", __name__, url_prefix="/room/equipment")

from huakai_tenants.equipment.views import deeds, items, labels, lists  # noqa: E402, F401
