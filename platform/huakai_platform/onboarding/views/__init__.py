"""Sites on their way in, in the console: registers, lists, details, steps and drafts."""

from flask import Blueprint

blueprint = Blueprint("onboarding", __name__, url_prefix="/console")

from huakai_platform.onboarding.views import board, imports, lifecycle, search, sites, wizard  # noqa: E402, F401
