"""A room with spaces, people and daily checks, written as rows, for the tests of measures and scores."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.standards.measured import Measures
from huakai_tenants.checklists.models import Attachment, ChecklistAnswer, ChecklistRun, OpenPoint
from huakai_tenants.measures import compliance
from huakai_tenants.premises.models import Space
from huakai_tenants.staff.models import Qualification, StaffMember
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make

LONG_AGO = datetime(2024, 1, 1, tzinfo=clock.CHINA)


@dataclass(frozen=True)
class Staffed:
    """Writes the rows of one site."""

    make: Make
    site: Site

    def add(self, row: Any) -> Any:
        row.tenant_id, row.id = self.site.id, uuid7()
        return self.make.add(row, self.site.id)

    def space(self, code: str, area: str | None, state: str = "ready", surveyed_on: date | None = None) -> Space:
        size = None if area is None else Decimal(area)
        made: Space = self.add(Space(code=code, area=size, state=state, surveyed_on=surveyed_on, created_at=LONG_AGO))
        return made

    def member(self, number: str, post: str, ab: str | None = None, **changes: Any) -> StaffMember:
        values: dict[str, Any] = {
            "name": f"人员{number}",
            "employment": "full_time",
            "joined_on": date(2024, 1, 1),
            "created_at": LONG_AGO,
        }
        made: StaffMember = self.add(StaffMember(number=number, post=post, ab=ab, **(values | changes)))
        return made

    def certificate(self, member: StaffMember, kind: str, **changes: Any) -> Qualification:
        values: dict[str, Any] = {"certificate_number": uuid7().hex, "created_at": LONG_AGO}
        made: Qualification = self.add(Qualification(member_id=member.id, kind=kind, **(values | changes)))
        return made

    def trained(self, member: StaffMember, course: str, held_on: date, hours: str) -> TrainingRecord:
        made: TrainingRecord = self.add(
            TrainingRecord(
                member_id=member.id,
                course=course,
                held_on=held_on,
                hours=Decimal(hours),
                result="passed",
                recorded_by=uuid7(),
                recorded_at=LONG_AGO,
            )
        )
        return made

    def daily(self, due_on: date, *, done: date | None = None, opened: str | None = None) -> UUID:
        """A daily check, completed at noon of `done`."""
        noon = datetime.combine(done, time(12), clock.CHINA) if done else None
        run: ChecklistRun = self.add(
            ChecklistRun(
                edition_id=self.site.edition_id,
                code="daily",
                period_start=due_on,
                due_on=due_on,
                created_at=LONG_AGO,
                completed_at=noon,
                score={"failed_core": []} if noon else None,
            )
        )
        if opened:
            self.add(
                ChecklistAnswer(
                    run_id=run.id,
                    item="opened_on_time",
                    value={"v": opened},
                    answered_by=uuid7(),
                    answered_at=noon or datetime.combine(due_on, time(12), clock.CHINA),
                    version=1,
                )
            )
        return run.id

    def photo(self, run_id: UUID, content: bytes) -> UUID:
        """A photo of the room that belongs to a daily check."""
        made: Attachment = self.add(
            Attachment(
                run_id=run_id,
                item="room_ready",
                name="room.jpg",
                media_type="image/jpeg",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                added_by=uuid7(),
                added_at=clock.now(),
            )
        )
        return made.id

    def point(self, run_id: UUID, due_on: date, **changes: Any) -> OpenPoint:
        values: dict[str, Any] = {"number": 1, "item": "exit_clear", "core": True, "state": "open"}
        opened = datetime.combine(due_on - timedelta(days=7), time(12), clock.CHINA)
        made: OpenPoint = self.add(OpenPoint(run_id=run_id, due_on=due_on, opened_at=opened, **(values | changes)))
        return made


def good(make: Make, today: date, **changes: Any) -> Staffed:
    """A room of the first tier where all that can be measured is as it should be."""
    values: dict[str, Any] = {"operating_since": clock.months_on(today, -23), "opened_at": LONG_AGO}
    room = Staffed(make, make.site(**(values | changes)))
    room.space("reception_corner", "10")
    room.space("individual_room", "12.5")
    checked = today - timedelta(days=30)
    for number, (post, ab) in enumerate((one, role) for one in ("site_head", "counsellor") for role in "AB"):
        who = room.member(f"S{number}", post, ab, background_checked_on=checked)
        if post == "counsellor":
            room.certificate(who, "counsellor_2", issued_on=date(2024, 1, 1))
        room.trained(who, "key_groups", today.replace(month=1, day=1), "40")
    for back in range(1, 11):
        day = today - timedelta(days=back)
        room.daily(day, done=day, opened="yes")
    return room


def measured_by(make: Make, site: Site, day: date, login: Login = Login.TENANT) -> Measures:
    with make.databases.session(login, site.id) as session:
        return compliance.measure(session, day)
