"""Which checklist a run is filled in, shown and counted by: always the one of its own edition."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_tenants.variations import applying


class Begun(Protocol):
    """A run, or a row that says as much of one."""

    @property
    def edition_id(self) -> UUID: ...
    @property
    def code(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def by_run(
    session: Session, tier: str | None = None, stamp: str | None = None
) -> Callable[[Begun], forms.Definition | None]:
    """The checklist of each run as the edition has it that the run began with, and with what the room had changed of
    it by then, whatever the room is held to now; None where that edition has no such checklist for the room's tier.

    Whoever knows the tier, or the stamp of the room's differences, saves the reading of it.
    """
    here, vary = tier or pinned(session).tier, applying.varied(session, stamp)

    def of(run: Begun) -> forms.Definition | None:
        found = standards.checklists(session, run.edition_id, here).get(run.code)
        return vary(found, run.created_at) if found else None

    return of
