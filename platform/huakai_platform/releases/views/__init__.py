"""Releases in the console: planned, tried, steered, and the sites that are held back."""

from huakai_platform.releases.views import holding, planning, showing, steering  # noqa: F401
from huakai_platform.releases.views.blueprints import blueprint

__all__ = ["blueprint"]
