"""The console's pages of numbers: a region and all below it, its sites, activities, function rooms and reminders."""

from huakai_platform.oversight.views import activities, functions, picture, reminders, sites  # noqa: F401
from huakai_platform.oversight.views.blueprints import blueprint

__all__ = ["blueprint"]
