"""Compliance pages: standings and scores in the console, the room's own in the room."""

from huakai_platform.compliance.views import console_lists, console_sites, room_pages  # noqa: F401
from huakai_platform.compliance.views.blueprints import Reader, console, install, room

__all__ = ["Reader", "console", "install", "room"]
