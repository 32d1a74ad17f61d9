"""What the pages of a room are about, and whether the room's edition says anything of it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import find

KIND_OF: Mapping[str, str] = {
    "activities": "activity_themes",
    "checklists.today": "checklist",
    "equipment": "equipment",
    "premises": "spaces",
    "room_compliance.show": "indicators",
    "room_registers": "register",
    "staff": "posts",
    "training": "curricula",
    "variations": "variation",
    "wall_documents": "wall_documents",
}
"""By endpoint or blueprint: the kind of definition that the pages show."""


def number(session: Session, kind: str) -> int | None:
    """The number of the room's edition if it lacks the kind; None if it has it, or while the room has no edition."""
    here = find(session)
    if here is None or not standards.lacks(session, here.edition_id, kind):
        return None
    return standards.edition(session, here.edition_id).number
