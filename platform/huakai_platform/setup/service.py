"""The five steps of an institution's first run: each knows by itself when it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

import huakai_templates
from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Institution, Membership
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import CONSOLE, Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.regions import importing
from huakai_platform.regions.models import Region
from huakai_platform.regions.service import COUNTRY
from huakai_platform.setup.models import SetupProgress
from huakai_platform.standards.models import Edition

SHIPPED = Path(huakai_templates.__file__).parent / "data" / "regions.csv.gz"
ENOUGH, FEW = 10_000, 2
"""Nobody counts further; and so far to know what is done."""
_finished: set[UUID] = set()


class Step(StrEnum):
    INSTITUTION = "institution"
    REGIONS = "regions"
    STANDARD = "standard"
    PEOPLE = "people"
    REGISTER = "register"


@dataclass(frozen=True)
class Standing:
    """How far the first run is: a state for each step, and what was counted."""

    states: Mapping[Step, str]
    """`done`, `skipped` or `open`."""
    counts: Mapping[Step, int]
    finished_at: datetime | None

    @property
    def settled(self) -> int:
        return sum(state != "open" for state in self.states.values())

    @property
    def percent(self) -> int:
        return self.settled * 100 // len(self.states)

    @property
    def next(self) -> Step | None:
        return next((step for step, state in self.states.items() if state == "open"), None)


def standing(session: Session, actor: Actor, *, most: int = ENOUGH) -> Standing:
    """Where the actor's institution is, in one statement; nothing is counted beyond `most`."""
    row = session.execute(_question(actor, most)).one()
    marks: Mapping[str, str] = row.steps or {}
    counts = {Step.REGIONS: row.regions, Step.STANDARD: row.editions, Step.PEOPLE: row.people, Step.REGISTER: row.sites}
    by_itself = {Step.REGIONS: row.regions > 0, Step.PEOPLE: row.people > 1, Step.REGISTER: row.sites > 0}
    states = {step: "done" if by_itself.get(step) else marks.get(step, "open") for step in Step}
    return Standing(states, counts, row.finished_at)


def offered(session: Session, actor: Actor) -> Standing | None:
    """What is still to be offered on the first page; None once it was finished or put away, which lasts."""
    if actor.institution_id in _finished:
        return None
    found = standing(session, actor, most=FEW)
    if found.finished_at and actor.institution_id:
        _finished.add(actor.institution_id)
    return found if found.finished_at is None and found.next else None


def institution(session: Session, actor: Actor) -> Institution:
    return session.get_one(Institution, actor.institution_id)


def rename(session: Session, actor: Actor, *, name: str, short_name: str) -> None:
    """Confirm the institution's particulars, or put them right."""
    mine = update(Institution).where(Institution.id == actor.institution_id)
    session.execute(mine.values(name=name, short_name=short_name))
    mark(session, actor, Step.INSTITUTION, "done")
    audit.record(session, actor, "institutions.renamed", "institution", str(actor.institution_id))


def load_regions(session: Session, actor: Actor) -> int:
    """Take in the tree that comes with the product; how many regions that added. Raises Conflict when there is one."""
    if session.scalar(select(Region.code).where(Region.code != COUNTRY).limit(1)):
        raise Conflict(_("地区已经载入。要更新，请导入地区表。"))
    plan = importing.plan(session, importing.read(SHIPPED.read_bytes()), on=clock.today(), whole=False)
    importing.apply(session, plan, on=clock.today(), actor=actor)
    return plan.counts()["added"]


def mark(session: Session, actor: Actor, step: str, state: str) -> None:
    """Note that a step was confirmed or skipped. Raises NotFound for a step that there is not."""
    if step not in list(Step):
        raise NotFound(_("没有这一步。"))
    _write(session, actor, {step: state})


def end(session: Session, actor: Actor) -> None:
    """Finish, or put it away: it is not offered any more, but can be opened."""
    _write(session, actor, {}, finished_at=clock.now())


def _write(session: Session, actor: Actor, marks: Mapping[str, str], **more: Any) -> None:
    progress = table(SetupProgress)
    row = {"institution_id": actor.institution_id, "steps": dict(marks), "updated_at": clock.now(), **more}
    kept = {"steps": progress.c.steps.concat(dict(marks)), "updated_at": clock.now(), **more}
    session.execute(upsert(progress).values(row).on_conflict_do_update(constraint="setup_progress_pkey", set_=kept))


def _question(actor: Actor, most: int) -> Any:
    here = actor.institution_id
    people = select(Membership.account_id).where(
        Membership.institution_id == here, Membership.role.in_(_roles()), in_force(clock.today())
    )
    counted = {
        "regions": select(Region.code).where(Region.code != COUNTRY),
        "editions": select(Edition.id),
        "people": people.distinct(),
        "sites": select(Site.id).where(Site.institution_id == here),
    }
    columns = [
        select(func.count()).select_from(rows.limit(most).subquery()).scalar_subquery().label(name)
        for name, rows in counted.items()
    ]
    progress = SetupProgress
    mine = Institution.id == here
    return (
        select(progress.steps, progress.finished_at, *columns)
        .select_from(Institution)
        .outerjoin(progress, progress.institution_id == Institution.id)
        .where(mine)
    )


def _roles() -> Sequence[str]:
    return sorted(role.value for role in CONSOLE)
