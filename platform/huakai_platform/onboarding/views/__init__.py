"""Sites on their way in, in the console: registers, lists, details, steps and drafts."""

from huakai_platform.onboarding.views import board, imports, lifecycle, search, sites, wizard  # noqa: F401
from huakai_platform.onboarding.views.blueprints import blueprint

__all__ = ["blueprint"]
