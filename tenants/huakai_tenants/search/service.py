"""Which of a room's checklists somebody means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import clock, search
from huakai_tenants.checklists import editions
from huakai_tenants.checklists.models import ChecklistRun

LOOK_BACK = timedelta(days=92)
LOOKED_AT, MOST = 400, 10


@dataclass(frozen=True)
class Run:
    """A run of a checklist that was meant."""

    id: UUID
    title: forms.Localized
    due_on: date
    done: bool


def checklists(session: Session, words: str) -> Sequence[Run]:
    """Runs of the last three months by title, initials or day of the checklist, the latest first."""
    own = editions.by_run(session)
    wanted = search.fold(words)
    rows = session.execute(
        select(
            ChecklistRun.id,
            ChecklistRun.code,
            ChecklistRun.edition_id,
            ChecklistRun.created_at,
            ChecklistRun.due_on,
            ChecklistRun.completed_at,
        )
        .where(ChecklistRun.due_on >= clock.today() - LOOK_BACK)
        .order_by(ChecklistRun.due_on.desc(), ChecklistRun.id)
        .limit(LOOKED_AT)
    )
    found = [
        Run(row.id, definition.title, row.due_on, row.completed_at is not None)
        for row in rows
        if (definition := own(row)) and _meant(definition.title, row.due_on, wanted)
    ]
    return found[:MOST]


def _meant(title: forms.Localized, due_on: date, wanted: str) -> bool:
    named = wanted in search.fold(title.zh) or wanted in search.fold(title.en) or wanted in due_on.isoformat()
    return named or (wanted.isalpha() and wanted.isascii() and wanted in search.initials(title.zh))
