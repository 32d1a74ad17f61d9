"""Pages of proposals: made in the room and in the console, decided in the console."""

from huakai_platform.proposals.views import console_pages, room_pages  # noqa: F401
from huakai_platform.proposals.views.blueprints import console, room

__all__ = ["console", "room"]
