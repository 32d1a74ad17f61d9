"""The checklists of a room: done, done late, missed, opened once more, and the ones that are being filled in now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words, writing
from huakai_deploy.demo_history.points import STAGED, Book
from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.sheets import Sheet
from huakai_deploy.demo_history.trail import Deed
from huakai_deploy.demo_history.writing import Photo, write
from huakai_platform.kernel import clock
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists.models import ChecklistReopening, ChecklistRun
from huakai_tenants.checklists.schedule import Expected

EVERY = 1000
"""More items than any checklist has."""


@dataclass
class Diary:
    """What is to be written of a room's checklists."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    filled: list[dict[str, Any]] = field(default_factory=list)
    finished: list[dict[str, Any]] = field(default_factory=list)
    reopened: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)


def keep(session: Session, room: Room, photos: Sequence[Photo]) -> list[Deed]:
    """Write down all checks since the room was opened; gives the deeds of the trail."""
    diary, book, staged = Diary(), Book(room), _staged(room)
    present = session.execute(
        select(ChecklistRun.id, ChecklistRun.code, ChecklistRun.period_start, ChecklistRun.due_on).where(
            ChecklistRun.completed_at.is_(None)
        )
    ).all()
    known = {(row.code, row.period_start) for row in present}
    for one in room.standard.expected:
        if one.due_on >= room.opened_on and (one.code, one.period_start) not in known:
            _past(room, diary, book, one, staged.get(one) if room.place.own else None)
    for row in present:
        if row.due_on >= room.today and row.code in room.standard.stock.definitions:
            _now(room, diary, row)
    _write(session, room, diary, photos)
    book.write(session)
    return [*diary.deeds, *book.deeds]


def _staged(room: Room) -> dict[Expected, str]:
    """The daily checks of the own site after which something is in every state, each with the fate of its point; long
    holidays throw none together."""
    daily, found = [one for one in room.standard.expected if one.code == "daily"], dict[Expected, str]()
    for back, fate in sorted(STAGED.items()):
        day = room.today - timedelta(days=back)
        one = next((one for one in reversed(daily) if one.due_on <= day and one not in found), None)
        if one:
            found[one] = fate
    return found


def past(session: Session, room: Room) -> bool:
    """Whether this was written before."""
    first = select(ChecklistRun.id).where(ChecklistRun.due_on < room.today - timedelta(days=30)).limit(1)
    return session.scalar(first) is not None


def _write(session: Session, room: Room, diary: Diary, photos: Sequence[Photo]) -> None:
    sheets = [sheet.row for sheet in room.standard.stock.sheets]
    write(session, ChecklistRun, diary.runs)
    writing.answer(session, diary.filled, sheets)
    whole = [row for row in diary.filled if row["most"] == EVERY]
    writing.prove(session, whole, sheets, photos, words.PHOTO)
    writing.finish(session, diary.finished)
    write(session, ChecklistReopening, diary.reopened)


def _past(room: Room, diary: Diary, book: Book, one: Expected, fate: str | None) -> None:
    run_id = uuid7()
    done_at = room.at(one.due_on, 16, 20) if fate else _done_at(room, one)
    sheet = _fitting(room, book, one, done_at, fate)
    by = room.second if room.happens(0.35) else room.head
    row: dict[str, Any] = {
        "tenant_id": room.place.id,
        "id": run_id,
        "edition_id": room.place.edition_id,
        "code": one.code,
        "period_start": one.period_start,
        "due_on": one.due_on,
        "created_at": room.at(one.period_start, 0, 5),
        "completed_at": done_at,
        "completed_by": by.account_id if done_at else None,
        "score": sheet.score if done_at else None,
    }
    diary.runs.append(row)
    if done_at is None:
        return
    diary.filled.append(_filled(room, run_id, sheet, by.account_id, done_at))
    diary.deeds.append(_completed(run_id, by, one.code, sheet, done_at))
    book.arise(run_id, one, sheet.failed_core, done_at, fate)
    if fate is None and room.happens(0.007):
        _reopen(room, diary, row, one, sheet)


def _now(room: Room, diary: Diary, run: Any) -> None:
    """What is due today or this week: filled in at some rooms, begun at others; today's waits at the own site."""
    sheet = room.dice.choice(room.standard.stock.good[run.code])
    done_at = max(room.at(room.today, 0, 1), clock.now() - timedelta(minutes=room.dice.randint(3, 90)))
    by = room.head
    if run.code == "daily":
        if not room.place.own and run.due_on == room.today and room.happens(0.3 + room.care * 0.4):
            diary.filled.append(_filled(room, run.id, sheet, by.account_id, done_at))
            score = {"completed_at": done_at, "completed_by": by.account_id, "score": sheet.score}
            diary.finished.append({"id": run.id, **score})
            diary.deeds.append(_completed(run.id, by, run.code, sheet, done_at))
    elif run.period_start <= room.today and (room.place.own or room.happens(0.4)):
        diary.filled.append({**_filled(room, run.id, sheet, by.account_id, done_at), "most": 5})


def _fitting(room: Room, book: Book, one: Expected, done_at: datetime | None, fate: str | None) -> Sheet:
    """A sheet on which nothing fails that has not been put right since it failed before."""
    stock, at = room.standard.stock, done_at or room.at(one.due_on, 18)
    wanted = stock.core[one.code] if fate else [_sheet(room, one.code)]
    fit = (sheet for sheet in wanted if not any(book.unsettled(one.code, item, at) for item in sheet.failed_core))
    return next(fit, None) or room.dice.choice(stock.good[one.code])


def _sheet(room: Room, code: str) -> Sheet:
    """A room that is kept badly slips more often."""
    stock, fate, carelessness = room.standard.stock, room.dice.random(), 1.02 - room.care
    if stock.core[code] and fate < 0.14 * carelessness:
        return room.dice.choice(stock.core[code])
    return room.dice.choice(stock.slips[code] if stock.slips[code] and fate < 0.5 * carelessness else stock.good[code])


def _done_at(room: Room, one: Expected) -> datetime | None:
    """In the afternoon of the day that it is due, a day or two later, or never."""
    fate, dice = room.dice.random(), room.dice
    if fate < room.care + (0.03 if one.code != "daily" else 0):
        return room.at(one.due_on, dice.randint(14, 17), dice.randint(0, 59))
    if fate < room.care + (1 - room.care) * 0.6:
        late = room.at(one.due_on + timedelta(days=dice.randint(1, 2)), dice.randint(9, 11), dice.randint(0, 59))
        return late if late < clock.now() else None
    return None


def _filled(room: Room, run_id: UUID, sheet: Sheet, by: UUID, done_at: datetime) -> dict[str, Any]:
    return {
        "id": run_id,
        "by": by,
        "begun": done_at - timedelta(minutes=7),
        "sheet": sheet.n,
        "photo": room.dice.randrange(6),
        "most": EVERY,
    }


def _completed(run_id: UUID, by: Any, code: str, sheet: Sheet, at: datetime) -> Deed:
    about = {"code": code, "failed_core": len(sheet.failed_core), "percent": sheet.score["percent"]}
    return Deed(at, by, "checklists.completed", "checklist_run", run_id, about)


def _reopen(room: Room, diary: Diary, row: dict[str, Any], one: Expected, sheet: Sheet) -> None:
    """Opened again on the next day and completed once more."""
    again = room.at(_day(row["completed_at"]) + timedelta(days=1), 10, room.dice.randint(0, 50))
    if again + timedelta(hours=1) > clock.now():
        return
    diary.reopened.append(
        {
            "tenant_id": room.place.id,
            "id": uuid7(),
            "run_id": row["id"],
            "reason": room.dice.choice(words.REOPENED),
            "completed_at": row["completed_at"],
            "completed_by": row["completed_by"],
            "score": sheet.score,
            "reopened_by": room.head.account_id,
            "reopened_at": again,
        }
    )
    row["completed_at"], row["completed_by"] = again + timedelta(minutes=20), room.head.account_id
    diary.deeds.extend(_twice(room, row, one, sheet, again))


def _twice(room: Room, row: dict[str, Any], one: Expected, sheet: Sheet, again: datetime) -> Iterator[Deed]:
    yield Deed(again, room.head, "checklists.reopened", "checklist_run", row["id"], {"code": one.code})
    yield _completed(row["id"], room.head, one.code, sheet, row["completed_at"])


def _day(at: datetime) -> date:
    return at.astimezone(clock.CHINA).date()
