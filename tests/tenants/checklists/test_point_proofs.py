"""What shows that an open point was put right: asked for where the edition wants it, kept, seen by who closes it."""

import io
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import closure, pointproofs
from huakai_tenants.checklists import service as checklists
from huakai_tenants.checklists.closure import Said
from huakai_tenants.checklists.models import OpenPoint, PointEntry, PointFile
from tests.support.checked import photo
from tests.support.make import Make
from tests.support.web import post

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


@pytest.fixture
def room(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_HEAD, room)


@pytest.fixture
def worker(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_WORKER, room)


@pytest.fixture
def point_id(make: Make, databases: Databases, room: Site, worker: Actor) -> UUID:
    return point(make, databases, room, worker, "cabinet_locked")


def point(make: Make, databases: Databases, room: Site, worker: Actor, item: str) -> UUID:
    with databases.session(Login.TENANT, room.id) as session:
        run_id = checklists.begin(session, worker, "daily", clock.today())
        number = (session.scalar(select(func.count(OpenPoint.id))) or 0) + 1
        row = OpenPoint(
            id=uuid7(), tenant_id=room.id, number=number, run_id=run_id, item=item, core=True,
            owner_id=worker.account_id, due_on=clock.today(), state="open", opened_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        return row.id


def act(databases: Databases, room: Site, actor: Actor, point_id: UUID, deed: str, *files: bytes) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        version = session.get_one(OpenPoint, (room.id, point_id)).version
        said = Said("锁换过了", files=[(f"{number}.png", one) for number, one in enumerate(files)])
        closure.act(session, actor, point_id, deed, said, version=version)


def kept(databases: Databases, room: Site) -> int:
    with databases.session(Login.TENANT, room.id) as session:
        return session.scalar(select(func.count(PointFile.id))) or 0


def test_a_point_whose_item_asks_for_a_photo_is_not_right_without_one(
    databases: Databases, room: Site, worker: Actor, point_id: UUID
) -> None:
    with pytest.raises(Invalid) as refused:
        act(databases, room, worker, point_id, "fixed")
    act(databases, room, worker, point_id, "fixed", photo())

    assert list(refused.value.fields) == ["files"]
    assert kept(databases, room) == 1


def test_a_point_whose_item_asks_for_none_may_have_some(
    make: Make, databases: Databases, room: Site, worker: Actor
) -> None:
    act(databases, room, worker, point(make, databases, room, worker, "no_recording"), "fixed")
    act(databases, room, worker, point(make, databases, room, worker, "on_duty"), "fixed", photo(), photo())

    assert kept(databases, room) == 2


def test_the_photo_of_what_was_sent_back_shows_nothing_any_more(
    databases: Databases, room: Site, head: Actor, worker: Actor, point_id: UUID
) -> None:
    act(databases, room, worker, point_id, "fixed", photo())
    act(databases, room, head, point_id, "returned")
    with pytest.raises(Invalid):
        act(databases, room, worker, point_id, "fixed")
    act(databases, room, worker, point_id, "noted", photo())
    act(databases, room, worker, point_id, "fixed")
    act(databases, room, head, point_id, "closed")

    assert kept(databases, room) == 2


def test_the_same_photo_twice_is_kept_once_and_no_more_than_six_are(
    databases: Databases, room: Site, worker: Actor, point_id: UUID
) -> None:
    same = photo()
    act(databases, room, worker, point_id, "noted", same, same)
    with pytest.raises(Invalid):
        act(databases, room, worker, point_id, "noted", *(photo() for _one in range(6)))
    act(databases, room, worker, point_id, "noted", same)

    assert kept(databases, room) == 1


@pytest.mark.parametrize(
    "bad", [b"GIF89a", b"", PDF, b"\xff\xd8\xff" + b"x" * 99], ids=["gif", "empty", "pdf", "broken"]
)
def test_what_is_no_photo_changes_nothing(
    databases: Databases, room: Site, worker: Actor, point_id: UUID, bad: bytes
) -> None:
    with pytest.raises(Invalid):
        act(databases, room, worker, point_id, "fixed", photo(), bad)

    assert kept(databases, room) == 0
    with databases.session(Login.TENANT, room.id) as session:
        assert session.get_one(OpenPoint, (room.id, point_id)).state == "open"
        assert session.scalars(select(PointEntry.deed)).all() == []


def test_a_file_belongs_to_its_room(
    make: Make, databases: Databases, room: Site, worker: Actor, point_id: UUID
) -> None:
    act(databases, room, worker, point_id, "fixed", photo())
    other = make.site()
    with databases.session(Login.TENANT, room.id) as session:
        file_id = session.scalars(select(PointFile.id)).one()
    with databases.session(Login.TENANT, other.id) as session:
        with pytest.raises(NotFound):
            pointproofs.file(session, file_id)
        with pytest.raises(NotFound):
            pointproofs.prove(session, worker, point_id, "a.png", photo())


def test_a_program_shows_first_and_reports_then(
    databases: Databases, room: Site, head: Actor, worker: Actor, point_id: UUID
) -> None:
    same = photo()
    with databases.session(Login.TENANT, room.id) as session:
        assert pointproofs.prove(session, worker, point_id, "a.png", same)
        assert pointproofs.prove(session, worker, point_id, "a.png", same) is None
    act(databases, room, worker, point_id, "fixed")
    act(databases, room, head, point_id, "closed")
    with databases.session(Login.TENANT, room.id) as session, pytest.raises(Conflict):
        pointproofs.prove(session, worker, point_id, "b.png", photo())


def test_who_closes_sees_the_photo_and_a_second_click_keeps_nothing_twice(
    app: Flask, make: Make, databases: Databases, room: Site, head: Actor, worker: Actor, point_id: UUID
) -> None:
    browser, closer = make.browser(app, worker), make.browser(app, head)
    address, content = f"/room/points/{point_id}", photo()

    def click() -> int:
        said = {"deed": "fixed", "text": "换了新锁", "version": "1", "files": (io.BytesIO(content), "锁.png")}
        return post(browser, f"{address}/entries", said).status_code

    assert [click(), click()] == [303, 409]
    assert kept(databases, room) == 1
    shown = closer.get(address).text
    source = shown.split('<img src="')[1].split('"')[0]
    found = closer.get(source)
    assert (found.mimetype, found.data[:2]) == ("image/jpeg", b"\xff\xd8")
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.count(source) == 4, "in the history and beside the button that closes"
    assert make.browser(app, make.member(Role.SITE_HEAD)).get(source).status_code == 404


def test_a_wrong_file_comes_back_with_what_was_typed(
    app: Flask, make: Make, databases: Databases, room: Site, worker: Actor, point_id: UUID
) -> None:
    said = {"deed": "fixed", "text": "换了新锁", "version": "1", "files": (io.BytesIO(b"MZ"), "virus.jpg")}
    answer = post(make.browser(app, worker), f"/room/points/{point_id}/entries", said)

    assert answer.status_code == 422
    assert {said for said in ("这不是照片", "换了新锁") if said in answer.text} == {"这不是照片", "换了新锁"}
    volunteer = make.browser(app, make.member(Role.VOLUNTEER, room))
    assert post(volunteer, f"/room/points/{point_id}/entries", said | {"files": ""}).status_code == 403
