"""Opening and daily checks of a room, read from the runs of its daily checklist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.measured import Evidence, Measured
from huakai_tenants.checklists.models import Attachment, ChecklistAnswer, ChecklistReopening, ChecklistRun
from huakai_tenants.measures.room import Window

CHECKLIST, OPENED = "daily", "opened_on_time"
"""The checklist and the item of the edition by which a room says that it opened as announced."""
PHOTO = "image/jpeg"
Photos = Mapping[UUID, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Run:
    id: UUID
    due_on: date
    done_on: date | None
    """When it was first completed, by the end of the window; reopening it later takes nothing away."""
    opened: str | None


def measure(session: Session, window: Window) -> tuple[Measured, Measured]:
    """`opening_share` over the completed runs that say yes or no, `daily_share` over all that were due."""
    return shares(list(_runs(session, window)), _photos(session, window), window)


def photo(session: Session, photo_id: UUID) -> bytes:
    """A photo of the room that was taken for a daily check; anything else is not there."""
    found = session.scalar(
        select(Attachment.content)
        .join(
            ChecklistRun,
            (ChecklistRun.tenant_id == Attachment.tenant_id) & (ChecklistRun.id == Attachment.run_id),
        )
        .where(Attachment.id == photo_id, Attachment.media_type == PHOTO, ChecklistRun.code == CHECKLIST)
    )
    if found is None:
        raise NotFound(_("没有这个文件。"))
    return found


def shares(runs: list[Run], photos: Photos, window: Window) -> tuple[Measured, Measured]:
    return _opening(runs, photos), _daily(runs, photos, window)


def _opening(runs: list[Run], photos: Photos) -> Measured:
    said = [run for run in runs if run.done_on and run.opened in ("yes", "no")]
    rows = (_evidence(run, run.opened == "yes", photos, opened=run.opened) for run in said)
    return _share("opening_share", rows)


def _daily(runs: list[Run], photos: Photos, window: Window) -> Measured:
    """A check that is due on the last day of the window counts once it is done."""
    due = [run for run in runs if run.done_on or run.due_on < window.until]
    done = {run.id: run.done_on.isoformat() if run.done_on else None for run in due}
    rows = (_evidence(run, bool(run.done_on and run.done_on <= run.due_on), photos, done=done[run.id]) for run in due)
    return _share("daily_share", rows)


def _share(metric: str, rows: Iterator[Evidence]) -> Measured:
    if not (evidence := tuple(rows)):
        return Measured(metric, missing="no_runs")
    return Measured(metric, Decimal(sum(one.met for one in evidence)), Decimal(len(evidence)), evidence=evidence)


def _evidence(run: Run, met: bool, photos: Photos, **says: Any) -> Evidence:
    return Evidence("run", str(run.id), run.due_on, met, says, tuple(photos.get(run.id, ())))


def _runs(session: Session, window: Window) -> Iterator[Run]:
    first = (
        select(func.min(ChecklistReopening.completed_at))
        .where(ChecklistReopening.tenant_id == ChecklistRun.tenant_id, ChecklistReopening.run_id == ChecklistRun.id)
        .scalar_subquery()
    )
    answer = (ChecklistAnswer.tenant_id == ChecklistRun.tenant_id) & (ChecklistAnswer.run_id == ChecklistRun.id)
    rows = session.execute(
        select(
            ChecklistRun.id,
            ChecklistRun.due_on,
            func.coalesce(first, ChecklistRun.completed_at).label("done_at"),
            ChecklistAnswer.value["v"].as_string().label("opened"),
        )
        .outerjoin(ChecklistAnswer, answer & (ChecklistAnswer.item == OPENED))
        .where(ChecklistRun.code == CHECKLIST, ChecklistRun.due_on.between(window.since, window.until))
        .order_by(ChecklistRun.due_on.desc())
    )
    for row in rows:
        yield Run(row.id, row.due_on, _day(row.done_at, window), row.opened)


def _day(done_at: datetime | None, window: Window) -> date | None:
    done_on = done_at.astimezone(clock.CHINA).date() if done_at else None
    return done_on if done_on and done_on <= window.until else None


def _photos(session: Session, window: Window) -> Photos:
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in session.execute(
        select(Attachment.id, Attachment.run_id, Attachment.sha256)
        .join(
            ChecklistRun,
            (ChecklistRun.tenant_id == Attachment.tenant_id) & (ChecklistRun.id == Attachment.run_id),
        )
        .where(
            ChecklistRun.code == CHECKLIST,
            ChecklistRun.due_on.between(window.since, window.until),
            Attachment.media_type == PHOTO,
            Attachment.added_at < clock.end_of(window.until),
        )
        .order_by(Attachment.added_at, Attachment.id)
    ):
        found.setdefault(row.run_id, []).append((str(row.id), row.sha256))
    return found
