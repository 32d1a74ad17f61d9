"""Pages of departures and waivers: of all sites in the console, the room's own in the room."""

from huakai_platform.drift.views import console_drift, console_waivers, room_drift  # noqa: F401
from huakai_platform.drift.views.blueprints import console, room

__all__ = ["console", "room"]
