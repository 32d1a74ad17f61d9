"""The room's pages of its spaces, and the photographs of all that is in them."""

from flask import Blueprint

blueprint = Blueprint("premises", __name__, url_prefix="/room/spaces")

from huakai_tenants.premises.views import photos, space, spaces  # noqa: E402, F401
