"""The words that the pages of activities have in common."""

from typing import Any

from huakai_platform.kernel import clock
from huakai_platform.web.context import db
from huakai_tenants.activities import catalogue, listing
from huakai_tenants.activities.catalogue import DIRECTIONS, STATES, Catalogue

TONES = {"planned": "info", "held": "ok", "cancelled": "mute"}


def words(known: Catalogue | None = None) -> dict[str, Any]:
    known = known or catalogue.here(db())
    return {
        "known": known,
        "themes": listing.themes(known),
        "directions": DIRECTIONS,
        "states": STATES,
        "tones": TONES,
        "labels": listing.ACTIVITIES.labels(),
        "today": clock.today(),
    }
