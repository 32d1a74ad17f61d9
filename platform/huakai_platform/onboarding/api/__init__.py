"""Sites and registers for programs."""

from huakai_platform.onboarding.api import imports, sites, steps  # noqa: F401
from huakai_platform.onboarding.api.blueprints import blueprint

__all__ = ["blueprint"]
