"""Fills a database with every kind of record, by the program's own deeds: the demonstration's, then all the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
from flask import Flask
from sqlalchemy import select, update

from huakai_deploy import demo
from huakai_deploy.demo_history import numbers, rooms
from huakai_platform.drift.models import DriftStanding, Waiver
from huakai_platform.identity import invitations, passwords, second_factor
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import importing
from huakai_platform.releases import pins, running
from huakai_platform.workdays import shipped as workdays
from huakai_tenants.checklists import reopening
from huakai_tenants.checklists.models import Attachment, ChecklistRun
from huakai_worker import dispatcher
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.jobs import facts, trail
from huakai_worker.schedules import SCHEDULES, fire_due
from tests.support import released
from tests.support.make import Make
from tests.support.registered import written
from tests.support.routes import everything
from tests.support.samples import PERSONAL, SAMPLES
from tests.support.web import post
from tests.upgrade.household import LOGINS, Household

SITES = 3
LETTER: dict[str, Any] = {
    "channel": "box",
    "subject": "family",
    "content": "来信要点：封存后仍应读得出来",
    "danger": False,
}
"""What stands in an entry of a confidential register."""
PHONE = "13900000001"
"""Of somebody who is found by it."""
PASSWORD = "throw-away-password"
PAST = {"LONGEST": 40, "MOSTLY": 30, "SHORTEST": 20}
"""Days that the rooms have behind them; the demonstration's year would be too much to keep."""
LEFT_OUT = {"activity_import", "equipment_import", "training_import"}
"""Uploaded sheets are sealed, and nothing packs them: two kinds of them are enough."""
OWN = {name for name, sample in SAMPLES.items() if sample.hidden == PERSONAL} | {"register_import"}
"""Samples of which each person sees their own only."""
Objects = dict[str, dict[str, dict[str, Any]]]


def fill(databases: Databases, settings: Settings, app: Flask) -> Objects:
    """Give a migrated database three open sites and one that is prepared; what each route's identifiers stand for."""
    make = Make(databases, settings)
    with databases.session(Login.MIGRATOR) as session:
        workdays.seed(session)
    with shortened():
        demonstrate(databases, settings)
    _more_people(databases, settings)
    household = Household(make, app)
    admin, head = household.person(Role.INSTITUTION_ADMIN), household.person(Role.SITE_HEAD)
    _prepare_one(databases, admin)
    _release(make, admin, household.site_of(head))
    _sign_in(household)
    _work(household, head)
    objects = _objects(household)
    _turn_the_day(databases, settings)
    _correct(household, objects)
    _leave_work(household, head)
    return objects


@contextmanager
def shortened() -> Iterator[None]:
    """The demonstration's rooms with a shorter past."""
    kept = {name: getattr(rooms, name) for name in PAST}
    vars(rooms).update(PAST)
    try:
        yield
    finally:
        vars(rooms).update(kept)


def demonstrate(databases: Databases, settings: Settings) -> None:
    """All that `up --demo` does once the servers are there, with the workers' part done in between."""
    wait = demo._wait
    vars(demo)["_wait"] = lambda *_asked: drain(databases, settings)
    try:
        demo.seed(databases, settings, sites=SITES, password=PASSWORD)
    finally:
        vars(demo)["_wait"] = wait
    drain(databases, settings)


def drain(databases: Databases, settings: Settings) -> None:
    """Do all work that is due, and carry the numbers up the regions."""
    while dispatcher.drain(databases, settings).rows:
        pass
    numbers.sum_up(databases)


def _more_people(databases: Databases, settings: Settings) -> None:
    """A volunteer of the room, and a second administrator with a second factor."""
    with databases.session(Login.OVERSIGHT) as session:
        head = session.scalars(
            select(Membership).join(Account, Account.id == Membership.account_id).where(Account.login_name == "head")
        ).one()
        kept: dict[str, Any] = {"institution_id": head.institution_id, "lookup_key": settings.lookup_key}
        login = LOGINS[Role.VOLUNTEER]
        invitations.invite(session, name="孙志愿", role=Role.VOLUNTEER, site_id=head.site_id, login_name=login, **kept)
        deputy: dict[str, Any] = {
            "name": "吴副院长",
            "role": Role.INSTITUTION_ADMIN,
            "login_name": "deputy",
            "phone": PHONE,
        }
        made = invitations.invite(session, **deputy, **kept)
        known = update(Account).where(Account.id == made.account_id)
        session.execute(known.values(password_hash=passwords.hashed(PASSWORD)))
        actor = Actor(account_id=made.account_id, name="吴副院长", role=Role.INSTITUTION_ADMIN)
        secret = second_factor.new_secret()
        assert second_factor.turn_on(session, settings, actor, secret=secret, code=pyotp.TOTP(secret).now())


def _prepare_one(databases: Databases, admin: Actor) -> None:
    """One more site of the register, approved and not opened."""
    import_id = _import(databases, admin, SITES + 1)
    with databases.session(Login.OVERSIGHT) as session:
        importing.apply(session, admin, import_id)


def _import(databases: Databases, actor: Actor, sites: int) -> UUID:
    """A register that was checked and waits."""
    with databases.session(Login.OVERSIGHT) as session:
        return importing.check(session, actor, "register.xlsx", demo._register(sites)).id


def _release(make: Make, admin: Actor, own: Site) -> None:
    """A second edition, released to one site; another is pinned to the first."""
    with make.databases.session(Login.MIGRATOR) as session:
        found = select(Site).where(Site.state == SiteState.OPEN, Site.id != own.id).order_by(Site.code)
        moved, pinned = session.scalars(found).all()
    with make.databases.session(Login.OVERSIGHT) as session:
        pins.pin(session, admin, pinned.id, reason="装修中", until=clock.today() + timedelta(days=60))
    edition_id = released.next_edition(make)
    release_id = released.planned(make, admin, edition_id, asked={"codes": moved.code})
    released.tried(make, admin, release_id)
    with make.databases.session(Login.OVERSIGHT) as session:
        running.launch(session, admin, release_id)
    released.drain(make)


def _sign_in(household: Household) -> None:
    """Somebody signs in, and somebody with a wrong password."""
    for password in (PASSWORD, "wrong"):
        answer = post(household.app.test_client(), "/sign-in", {"identifier": "admin", "password": password})
        assert (answer.status_code == 303) is (password == PASSWORD)


def _work(household: Household, head: Actor) -> None:
    """What the demonstration leaves out: a run opened again, a sealed entry, the set of function rooms, a heartbeat."""
    make, site = household.make, household.site_of(head)
    with make.databases.session(Login.TENANT, site.id) as session:
        done = select(ChecklistRun.id).where(ChecklistRun.completed_at.is_not(None)).order_by(ChecklistRun.due_on)
        reopening.reopen(session, head, session.scalars(done).all()[-1], "补录照片")
    letter = {"items": {"day": clock.today().isoformat(), **LETTER}}
    household.kept["letter"] = written(make, head, site, "mailbox", letter)
    browser = make.browser(household.app, head)
    assert post(browser, "/room/spaces/sets/comprehensive/adoption").status_code == 303
    HeartbeatWriter(make.databases, "worker", "worker-1").beat()


def _objects(household: Household) -> Objects:
    """An object to every sample of the routes, for every role: its own where it is personal, else its plane's."""
    made: Objects = {role.value: {} for role in Role}
    for role in Role:
        theirs = [one for one in Role if one.plane == role.plane]
        for route in everything():
            if (
                not route.sample
                or route.sample in LEFT_OUT
                or role not in route.access.roles
                or route.sample in made[role]
            ):
                continue
            known = next((made[one][route.sample] for one in theirs if route.sample in made[one]), None)
            if known is None or route.sample in OWN:
                known = dict(_made(household, route.sample, role))
            made[role][route.sample] = known
    return made


def _made(household: Household, sample: str, role: Role) -> Any:
    """What the sample's maker makes; what a room has once only is taken as the demonstration wrote it."""
    actor = household.person(role)
    site = household.site_of(actor)
    if sample == "register_import":
        return {"import_id": _import(household.make.databases, actor, SITES + 1)}
    with household.make.databases.session(Login.MIGRATOR, site.id) as session:
        if sample == "site_photo":
            shown = select(Attachment.id).join(ChecklistRun, ChecklistRun.id == Attachment.run_id)
            return {"site_id": site.id, "photo_id": session.scalars(shown.where(ChecklistRun.code == "daily")).first()}
        if sample == "waiver":
            asked = select(Waiver.id).where(Waiver.state == "asked", Waiver.site_id == site.id).limit(1)
            if found := session.scalar(asked):
                return {"waiver_id": found}
    return SAMPLES[sample].make(household, actor, site)


def _turn_the_day(databases: Databases, settings: Settings) -> None:
    """What the clock starts, so that every number is the program's own."""
    fire_due(databases, tuple(one for one in SCHEDULES if one.every >= timedelta(hours=1)))
    for deed in (facts.turn_day, trail.ask_for_heads):
        with databases.session(Login.WORKER) as session:
            deed(session)
        drain(databases, settings)


def _correct(household: Household, objects: Objects) -> None:
    """Name a departure that the room really has, and the letter."""
    admin = household.person(Role.INSTITUTION_ADMIN)
    site = household.site_of(admin)
    with household.make.databases.session(Login.MIGRATOR) as session:
        findings = session.scalars(select(DriftStanding.findings).where(DriftStanding.tenant_id == site.id)).one()
    departure = next({"kind": one["kind"], "code": one["code"]} for one in findings if one["class"] == "unexplained")
    for known in objects.values():
        known |= {"requirement": departure, "site_requirement": {"site_id": site.id, **departure}}
    objects[Role.SITE_HEAD]["letter"] = {"code": "mailbox", "entry_id": household.kept["letter"]}


def _leave_work(household: Household, head: Actor) -> None:
    """Two writes of a program under keys: one is not summed up yet, what follows from the other waits in the outbox."""
    program = household.make.program(household.app, head)
    lecture = {"held_on": clock.today().isoformat(), "state": "held", "direction": "in"}
    for number in range(1, 3):
        dispatcher.drain(household.make.databases, household.make.settings)
        said = {**lecture, "title": f"讲座{number}", "form": "lecture", "sessions": 1, "attendances": 12}
        answer = program.post("/api/v1/room/activities", json=said, headers={"Idempotency-Key": f"lecture {number}"})
        assert answer.status_code == 201, answer.text
