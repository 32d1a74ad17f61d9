"""What the demonstration leaves out because an edition lacks it, said once for each edition."""

from uuid import UUID

from sqlalchemy.orm import Session

from huakai_deploy.commands.output import say
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import service as standards

_SAID: set[tuple[UUID, str]] = set()


def leave_out(session: Session, edition_id: UUID, what: str) -> None:
    """Say that the demonstration goes on without a part; `what` names it."""
    if (edition_id, what) not in _SAID:
        _SAID.add((edition_id, what))
        number = standards.edition(session, edition_id).number
        say(_("第 {number} 版标准没有“{what}”，示范记录略过这一部分。", number=number, what=what))
