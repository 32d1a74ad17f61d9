"""The next edition is written by one person, published by another, and never changes an edition that there is."""

from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import drafts, integrity, service
from huakai_platform.standards.drafts import State
from huakai_platform.standards.models import Edition, EditionDefinition, EditionDraft
from tests.support.make import Make

TITLE = {"zh": "第二版", "en": "Second edition"}
WALL = ("wall_documents", "wall_documents")


@pytest.fixture
def writer(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def reviewer(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


def begun(databases: Databases, writer: Actor) -> UUID:
    with databases.session(Login.OVERSIGHT) as session:
        return drafts.begin(session, writer, TITLE)


def wall_for(days: Any, body: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(body)
    changed["validity"]["days"] = days
    return changed


def changed(databases: Databases, writer: Actor, days: Any = 180) -> UUID:
    draft_id = begun(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        body = wall_for(days, drafts.load(session, draft_id).body(*WALL))
        drafts.write(session, writer, draft_id, WALL, body, seen=0)
    return draft_id


def submitted(databases: Databases, writer: Actor, days: int = 180) -> UUID:
    draft_id = changed(databases, writer, days)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.submit(session, writer, draft_id)
    return draft_id


def test_a_draft_becomes_the_next_edition_and_the_one_before_stays(
    databases: Databases, writer: Actor, reviewer: Actor
) -> None:
    draft_id = submitted(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        before = service.newest(session)
        edition = drafts.publish(session, reviewer, draft_id)
        number, digest = edition.number, edition.digest

    with databases.session(Login.TENANT) as session:
        after = service.newest(session)
        assert service.body(session, before, "wall_documents")["validity"]["days"] == 365
        assert service.body(session, after, "wall_documents")["validity"]["days"] == 180
        assert service.edition(session, after).digest == digest
        assert integrity.genuine(session, service.edition(session, after))
        assert number == 2
        assert service.body(session, after, "edition")["title"] == TITLE


def test_whoever_wrote_it_does_not_publish_it(databases: Databases, writer: Actor) -> None:
    draft_id = submitted(databases, writer)
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Invalid):
        drafts.publish(session, writer, draft_id)


def test_whoever_only_submitted_it_does_not_publish_it_either(
    databases: Databases, writer: Actor, reviewer: Actor
) -> None:
    draft_id = changed(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.submit(session, reviewer, draft_id)
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Invalid):
        drafts.publish(session, reviewer, draft_id)


def test_a_draft_with_a_fault_is_not_submitted_and_says_where(databases: Databases, writer: Actor) -> None:
    draft_id = changed(databases, writer, days="soon")
    with databases.session(Login.OVERSIGHT) as session:
        (fault,) = drafts.load(session, draft_id).faults()
        assert (fault.name, fault.path) == ("wall_documents/wall_documents", "validity.days")
        with pytest.raises(Invalid):
            drafts.submit(session, writer, draft_id)


def test_a_draft_without_a_change_is_not_submitted(databases: Databases, writer: Actor) -> None:
    draft_id = begun(databases, writer)
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Invalid):
        drafts.submit(session, writer, draft_id)


def test_two_writers_do_not_overwrite_each_other(databases: Databases, writer: Actor, reviewer: Actor) -> None:
    draft_id = changed(databases, writer)
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Conflict):
        drafts.write(session, reviewer, draft_id, WALL, {}, seen=0)


def test_nothing_changes_while_it_is_reviewed_and_sent_back_it_goes_on(
    databases: Databases, writer: Actor, reviewer: Actor
) -> None:
    draft_id = submitted(databases, writer)
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Conflict):
        drafts.revert(session, writer, draft_id, WALL)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.send_back(session, reviewer, draft_id, "再想想")
        drafts.revert(session, writer, draft_id, WALL)
        draft = drafts.load(session, draft_id)
        assert (draft.row.state, draft.row.reason, draft.bodies) == (State.WRITING, "再想想", draft.base)


def test_a_checklist_is_retired_and_an_indispensable_definition_is_not(databases: Databases, writer: Actor) -> None:
    draft_id = begun(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.write(session, writer, draft_id, ("checklist", "weekly"), None, seen=0)
        draft = drafts.load(session, draft_id)
        assert draft.faults() == []
        with pytest.raises(NotFound):
            draft.body("checklist", "weekly")
        drafts.write(session, writer, draft_id, ("tiers", "tiers"), None, seen=0)
        assert drafts.load(session, draft_id).faults()


def test_a_draft_overtaken_by_another_edition_catches_up_unless_both_changed_the_same(
    databases: Databases, writer: Actor, reviewer: Actor
) -> None:
    late, clashing = begun(databases, writer), changed(databases, writer, 90)
    first = submitted(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.write(session, writer, late, ("checklist", "weekly"), None, seen=0)
        drafts.submit(session, writer, late)
        drafts.publish(session, reviewer, first)
    with databases.session(Login.OVERSIGHT) as session:
        with pytest.raises(Conflict):
            drafts.publish(session, reviewer, late)
        with pytest.raises(Conflict, match="wall_documents"):
            drafts.catch_up(session, writer, clashing)
        drafts.send_back(session, reviewer, late, "更新后再送")
        drafts.catch_up(session, writer, late)
        drafts.submit(session, writer, late)
        assert drafts.publish(session, reviewer, late).number == 3


def test_nothing_is_added_to_an_edition_after_its_transaction(databases: Databases) -> None:
    row = {"kind": "checklist", "code": "slipped_in", "body": {}, "digest": "0"}
    with databases.session(Login.OVERSIGHT) as session:
        edition_id = service.newest(session)
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(insert(EditionDefinition).values(edition_id=edition_id, **row))


def test_a_dropped_draft_stays_readable_and_is_done_with(databases: Databases, writer: Actor) -> None:
    draft_id = changed(databases, writer)
    with databases.session(Login.OVERSIGHT) as session:
        drafts.drop(session, writer, draft_id, "不需要了")
        assert drafts.load(session, draft_id).body(*WALL)["validity"]["days"] == 180
        with pytest.raises(Conflict):
            drafts.submit(session, writer, draft_id)


def test_rooms_read_editions_and_no_drafts(databases: Databases, writer: Actor) -> None:
    begun(databases, writer)
    with databases.session(Login.TENANT) as session:
        assert session.scalars(select(Edition)).all()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.scalars(select(EditionDraft)).all()


def test_a_missing_draft_is_said_to_be_missing(databases: Databases, writer: Actor) -> None:
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(NotFound):
        drafts.submit(session, writer, uuid7())
