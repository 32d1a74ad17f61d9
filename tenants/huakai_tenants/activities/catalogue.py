"""What the edition knows of activities: places, programmes, themes, flowers, forms and audiences."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned

Words = Mapping[str, str]
OWN = "own"
"""The theme of an activity that carries out the room's own theme of the month."""
OWN_THEME = _("本站自定的本月主题")
DIRECTIONS: dict[str, Message] = {"out": _("走出去"), "in": _("走进来")}
STATES: dict[str, Message] = {"planned": _("计划中"), "held": _("已举办"), "cancelled": _("已取消")}


@dataclass(frozen=True)
class Catalogue:
    """Titles by code; `venue_of` says where a programme goes, `months` which theme the edition gives each month."""

    venues: Mapping[str, Words]
    programmes: Mapping[str, Words]
    themes: Mapping[str, Words]
    flowers: Mapping[str, Words]
    forms: Mapping[str, Words]
    audiences: Mapping[str, Words]
    venue_of: Mapping[str, str]
    months: Mapping[int, str]


def of(session: Session, edition_id: UUID) -> Catalogue:
    body = standards.body(session, edition_id, "activity_themes")
    lists = {
        name: {one["code"]: one["title"] for one in body[name]}
        for name in ("venues", "programmes", "themes", "flowers", "forms", "audiences")
    }
    return Catalogue(
        **lists,
        venue_of={one["code"]: one["venue"] for one in body["programmes"]},
        months={one["month"]: one["code"] for one in body["themes"]},
    )


def here(session: Session) -> Catalogue:
    """What the room of the session is held to. Raises NotFound while it has no edition."""
    return of(session, pinned(session).edition_id)
