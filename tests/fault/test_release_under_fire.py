"""An edition reaches 319 sites under faults and is aborted in the middle: each is moved whole or not at all."""

import random
import time
from uuid import UUID

import pytest
from sqlalchemy import func, select

from huakai_platform.kernel import operations
from huakai_platform.kernel.config import Login
from huakai_platform.releases import running, service, trials
from huakai_platform.releases.models import Reached, ReleaseSite
from tests.bench import neighbours
from tests.fault.field import (
    FAULTS,
    PATIENCE,
    SEED,
    SITES,
    Field,
    broken,
    patiently,
    strike,
    troubled,
    wait_for_the_end,
    waiting,
)
from tests.support import servers
from tests.support.make import Make
from tests.support.released import next_edition, planned

MIDDLE = 149
NEW = "(SELECT id FROM platform.edition WHERE number = 2)"
PLACE = "platform.site s JOIN platform.edition_release_site p ON p.site_id = s.id"
WHOLE = {
    "sites that are at one edition and said to be at the other": f"SELECT count(*) FROM {PLACE}"
    f" WHERE (s.edition_id = {NEW}) <> (p.state = 'moved')",
    "sites that failed": f"SELECT count(*) FROM {PLACE} WHERE p.state NOT IN ('moved', 'waiting')",
    "sites that were not told once": f"SELECT count(*) FROM {PLACE} WHERE (SELECT count(*) FROM tenant.edition_change c"
    " WHERE c.tenant_id = s.id) <> (p.state = 'moved')::int",
    "moves that are not in the trail once": f"SELECT count(*) FROM {PLACE} WHERE (SELECT count(*)"
    " FROM tenant.audit_entry a WHERE a.tenant_id = s.id AND a.deed = 'editions.moved') <> (p.state = 'moved')::int",
    "scores by another edition": f"SELECT count(*) FROM {PLACE} LEFT JOIN oversight.compliance_standing c"
    f" ON c.tenant_id = s.id WHERE p.state = 'moved' AND c.edition_id IS DISTINCT FROM {NEW}",
    "departures from another edition": f"SELECT count(*) FROM {PLACE} LEFT JOIN oversight.drift_standing d"
    f" ON d.tenant_id = s.id WHERE p.state = 'moved' AND d.edition_id IS DISTINCT FROM {NEW}",
    "untouched sites with a score": f"SELECT count(*) FROM {PLACE} JOIN oversight.compliance_standing c"
    " ON c.tenant_id = s.id WHERE p.state = 'waiting'",
    "runs that changed their edition": f"SELECT count(*) FROM tenant.checklist_run WHERE edition_id = {NEW}",
}
DONE = WHOLE | {"sites that wait": f"SELECT count(*) FROM {PLACE} WHERE p.state <> 'moved'"}


@pytest.mark.fault
def test_an_abort_in_the_middle_leaves_none_half_done(field: Field) -> None:
    dice = random.Random(SEED)
    release_id = tried(field)
    with field.databases.session(Login.OVERSIGHT) as session:
        running.launch(session, field.actor, release_id)

    early = 0
    while patiently(lambda: moved(field, release_id)) < MIDDLE // 3:
        strike(field, dice)
        early += 1
    while patiently(lambda: moved(field, release_id)) < MIDDLE:
        time.sleep(0.02)
    with field.databases.session(Login.OVERSIGHT) as session:
        running.pause(session, field.actor, release_id)
    settled(field)

    assert MIDDLE <= moved(field, release_id) < SITES
    assert broken(field, WHOLE) == {}
    with field.databases.session(Login.OVERSIGHT) as session:
        running.resume(session, field.actor, release_id)
    for _number in range(FAULTS - early):
        strike(field, dice)
    again = patiently(lambda: operation(field, release_id))
    ended = wait_for_the_end(field, again)
    assert (ended.done, ended.failed) == (ended.total, 0)
    assert broken(field, DONE) == {}


def tried(field: Field) -> UUID:
    """A release to 319 sites whose dry run is done."""
    make = Make(field.databases, servers.settings(field.urls))
    institution_id = field.actor.institution_id
    assert institution_id
    neighbours.settle(field.databases, field.urls, institution_id, SITES)
    release_id = planned(make, field.actor, next_edition(make))
    with field.databases.session(Login.OVERSIGHT) as session:
        check = trials.start(session, field.actor, release_id)
    field.supervisor.start()
    ended = wait_for_the_end(field, check)
    assert (ended.done, ended.ending) == (SITES, operations.Ending.DONE)
    return release_id


def moved(field: Field, release_id: UUID) -> int:
    reached = (ReleaseSite.release_id == release_id, ReleaseSite.state == Reached.MOVED)
    with field.databases.session(Login.OVERSIGHT) as session:
        return session.scalar(select(func.count()).select_from(ReleaseSite).where(*reached)) or 0


def operation(field: Field, release_id: UUID) -> UUID:
    with field.databases.session(Login.OVERSIGHT) as session:
        begun = service.waves(session, release_id)[0].operation_id
    assert begun
    return begun


def settled(field: Field) -> None:
    """Wait until nothing is in the queue."""
    left, moved_at = -1, time.monotonic()
    while time.monotonic() < moved_at + PATIENCE:
        now = patiently(lambda: waiting(field))
        if not now:
            return
        if now != left:
            left, moved_at = now, time.monotonic()
        time.sleep(0.2)
    pytest.fail(f"{left} rows still wait: {troubled(field)}")
