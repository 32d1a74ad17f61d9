"""What the pages of activities have in common: their words, and workbooks on the way out."""

from collections.abc import Mapping
from typing import Any

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import _
from huakai_platform.web.context import app_state, db
from huakai_platform.web.pages import say
from huakai_tenants.activities import catalogue, service
from huakai_tenants.activities.catalogue import DIRECTIONS, OWN, STATES, Catalogue

TONES = {"planned": "info", "held": "ok", "cancelled": "mute"}
OWN_THEME = _("本站自定的本月主题")


def words(known: Catalogue | None = None) -> dict[str, Any]:
    known = known or catalogue.here(db())
    return {
        "known": known,
        "themes": {**known.themes, OWN: OWN_THEME},
        "directions": DIRECTIONS,
        "states": STATES,
        "tones": TONES,
        "labels": {**service.FIELDS, "reason": _("取消原因")},
        "today": clock.today(),
    }


def spoken(known: Catalogue, value: Any) -> str:
    """A value of an activity in the reader's words."""
    if isinstance(value, bool):
        return say(_("是") if value else _("否"))
    if isinstance(value, list):
        return say(_("、")).join(spoken(known, one) for one in value) or "—"
    if isinstance(value, Mapping):
        return f"{value['name']} {value['count']}"
    lists = (known.venues, known.programmes, known.themes, known.forms, known.audiences, known.flowers)
    titled = next((codes[value] for codes in (*lists, DIRECTIONS, STATES) if value in codes), None)
    return say(titled if titled is not None else "—" if value is None else value)


def key() -> bytes | None:
    return app_state().settings.master_key
