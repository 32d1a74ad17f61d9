"""Three rooms used at random through the real sessions and services, held against a model of what each should see."""

import os
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError, MultipleResultsFound
from sqlalchemy.orm import Session

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, outbox, tenancy, vault
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.crypto import Sealed
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.vault import Contact
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun
from huakai_tenants.premises.models import Space
from tests.row_security import mutants, world
from tests.row_security.conftest import scratch
from tests.support import servers, statements

MASTER = bytes(range(32))
NAMES = st.sampled_from(["a", "b", "c"])
ROOM = st.integers(0, 2)
PICK = st.integers(0, 20)
QUIET = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": False}
FAST = os.environ.get("HUAKAI_TEST_FAST") == "1"
EXAMPLES, LEAST = (24, 1_200) if FAST else (98, 5_000)
NORMAL = settings(**QUIET, max_examples=EXAMPLES, stateful_step_count=60, derandomize=False)  # type: ignore[arg-type]
HUNT = settings(
    **QUIET,  # type: ignore[arg-type]
    max_examples=100,
    stateful_step_count=30,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


@dataclass
class Room:
    """What a room should hold: by table, its rows' ids and the one value that may change."""

    spaces: dict[str, UUID] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)
    runs: dict[str, UUID] = field(default_factory=dict)
    answers: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    phones: dict[UUID, str] = field(default_factory=dict)


class Rooms(RuleBasedStateMachine):
    """Every step is asked of the database and of the model; they must agree."""

    databases: ClassVar[Databases]
    steps: ClassVar[int] = 0

    def clean(self) -> None:
        """Take the rows of earlier examples away: row security hides them anyway, while it stands."""

    @initialize()
    def build(self) -> None:
        self.clean()
        self.ids = [uuid7() for _ in range(3)]
        self.rooms = [Room() for _ in range(3)]
        self.known: list[UUID] = []
        self.people = [uuid7() for _ in range(3)]
        self.keys = [self._key(tenant_id) for tenant_id in self.ids]
        self.here, self.session = 0, self._open(0)

    def _key(self, tenant_id: UUID) -> Any:
        with self.databases.session(Login.WORKER, tenant_id) as session:
            return vault.ensure_key(session, MASTER)

    def _open(self, number: int) -> Session:
        session = self.databases.open(Login.TENANT)
        tenancy.enter(session, self.ids[number])
        self.kept = deepcopy(self.rooms[number])
        return session

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()

    @invariant()
    def counted(self) -> None:
        type(self).steps += 1

    @property
    def room(self) -> Room:
        return self.rooms[self.here]

    def _someones(self, pick: int) -> UUID:
        return self.known[pick % len(self.known)] if self.known else uuid7()

    def _insert(self, *rows: object) -> bool:
        with suppress(IntegrityError), self.session.begin_nested():
            self.session.add_all(rows)
            self.session.flush()
            return True
        return False

    @rule(number=ROOM, keep=st.booleans())
    def enter(self, number: int, keep: bool) -> None:
        room = self.room
        if keep:
            self.session.commit()
        else:
            self.session.rollback()
            self.rooms[self.here] = self.kept if room is not self.kept else room
        self.session.close()
        self.here, self.session = number, self._open(number)

    @rule(code=NAMES)
    def add_a_space(self, code: str) -> None:
        row = Space(id=uuid7(), code=code, state="ready", created_at=clock.now())
        taken = code in self.room.spaces
        assert self._insert(row) is not taken
        if not taken:
            self.room.spaces[code], self.room.states[row.id] = row.id, "ready"
            self.known.append(row.id)

    @rule(code=NAMES)
    def begin_a_run(self, code: str) -> None:
        day = date(2026, 11, 1)
        row = ChecklistRun(
            id=uuid7(), edition_id=world.EDITION, code=code, period_start=day, due_on=day, created_at=clock.now()
        )
        taken = code in self.room.runs
        assert self._insert(row) is not taken
        if not taken:
            self.room.runs[code] = row.id
            self.known.append(row.id)

    @rule(pick=PICK, item=NAMES)
    def answer_somebodys_run(self, pick: int, item: str) -> None:
        run_id = self._someones(pick)
        row = ChecklistAnswer(
            id=uuid7(),
            run_id=run_id,
            item=item,
            value={"v": 1},
            answered_by=uuid7(),
            answered_at=clock.now(),
            version=1,
        )
        room = self.room
        allowed = run_id in room.runs.values() and (run_id, item) not in room.answers
        assert self._insert(row) is allowed
        if allowed:
            room.answers[run_id, item] = row.id

    @rule(pick=PICK, state=st.sampled_from(["planned", "closed"]))
    def change_somebodys_space(self, pick: int, state: str) -> None:
        row_id = self._someones(pick)
        changed = self.session.execute(update(Space).where(Space.id == row_id).values(state=state))
        assert changed.rowcount == (row_id in self.room.states)  # type: ignore[attr-defined]
        if row_id in self.room.states:
            self.room.states[row_id] = state

    @rule(pick=PICK)
    def delete_somebodys_space(self, pick: int) -> None:
        row_id = self._someones(pick)
        gone = self.session.execute(delete(Space).where(Space.id == row_id))
        assert gone.rowcount == (row_id in self.room.states)  # type: ignore[attr-defined]
        self.room.states.pop(row_id, None)
        self.room.spaces = {code: known for code, known in self.room.spaces.items() if known != row_id}

    @rule(pick=PICK)
    def read_somebodys_row(self, pick: int) -> None:
        row_id, room = self._someones(pick), self.room
        assert self.session.scalar(select(Space.state).where(Space.id == row_id)) == room.states.get(row_id)
        found = self.session.scalar(select(ChecklistRun.id).where(ChecklistRun.id == row_id))
        assert (found is not None) is (row_id in room.runs.values())

    @rule()
    def read_everything(self) -> None:
        room = self.room
        assert {row.id: row.state for row in self.session.execute(select(Space.id, Space.state))} == room.states
        assert set(self.session.scalars(select(ChecklistRun.id))) == set(room.runs.values())
        joined = select(ChecklistAnswer.id).join(ChecklistRun, ChecklistRun.id == ChecklistAnswer.run_id)
        assert set(self.session.scalars(joined)) == set(room.answers.values())
        assert set(self.session.scalars(select(OutboxMessage.dedup))) == room.messages

    @rule()
    def count_without_naming_the_room(self) -> None:
        room = self.room
        sizes = {
            "tenant.space": len(room.states),
            "tenant.checklist_run": len(room.runs),
            "tenant.checklist_answer": len(room.answers),
            "tenant.outbox": len(room.messages),
            "confidential.contact": len(room.phones),
        }
        for table, size in sizes.items():
            assert self.session.scalar(text(f"SELECT count(*) FROM {table}")) == size

    @rule(dedup=NAMES)
    def publish(self, dedup: str) -> None:
        outbox.publish(self.session, ChecklistCompleted(uuid7(), "2026-11"), dedup=dedup)
        self.room.messages.add(dedup)

    @rule(person=ROOM, phone=st.sampled_from(["13800000001", "13800000002"]))
    def keep_a_number(self, person: int, phone: str) -> None:
        vault.keep_phones(self.session, self.keys[self.here], {self.people[person]: phone})
        self.room.phones.setdefault(self.people[person], phone)

    @rule(person=ROOM)
    def ring_somebody(self, person: int) -> None:
        account_id = self.people[person]
        assert vault.phone_of(self.session, MASTER, account_id) == self.room.phones.get(account_id)
        assert self.session.scalar(select(func.count()).select_from(Contact)) == len(self.room.phones)


@pytest.fixture
def rooms(urls: Urls, worker_id: str) -> Iterator[tuple[type[Rooms], Urls]]:
    """A machine over a database of its own."""
    with scratch(urls, f"rooms_{worker_id}") as made:
        databases = Databases(servers.settings(made))
        with databases.engine(Login.MIGRATOR).begin() as connection:
            connection.execute(
                text("INSERT INTO platform.edition SELECT :id, 2, title, digest, published_at FROM platform.edition"),
                {"id": world.EDITION},
            )
        machine = type("Rooms", (Rooms,), {"databases": databases, "steps": 0})
        yield machine, made
        databases.dispose()


def test_three_rooms_never_meet(rooms: tuple[type[Rooms], Urls], capsys: pytest.CaptureFixture[str]) -> None:
    machine, _urls = rooms
    run_state_machine_as_test(machine, settings=NORMAL)
    with capsys.disabled():
        print(f"\n{machine.steps} steps")  # noqa: T201
    assert machine.steps >= LEAST


def test_the_machine_notices_that_both_walls_are_missing(
    rooms: tuple[type[Rooms], Urls], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, urls = rooms
    machine.databases.dispose()
    with psycopg.connect(urls.login("postgres")) as connection:
        for mutant in list(mutants.every(connection)):
            if mutant.kind == "both dropped":
                connection.execute(mutant.statement.encode())
    monkeypatch.setattr(tenancy, "_name_tenant", lambda state: None)
    monkeypatch.setattr(statements, "sent_by_the_product", lambda: False)
    machine.databases = Databases(servers.settings(urls))
    monkeypatch.setattr(machine, "clean", lambda self: servers.wipe(urls))

    with pytest.raises((AssertionError, Sealed, MultipleResultsFound)):
        run_state_machine_as_test(machine, settings=HUNT)

    machine.databases.dispose()
