"""A day's checklist: due, answered by two people at once, proved, completed."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid, NotFound
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import answers, schedule, service
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun
from tests.support.make import Make
from tests.support.web import post

MONDAY = date(2026, 11, 16)
GOOD = {
    "opened_on_time": "yes",
    "on_duty": "yes",
    "room_ready": "true",
    "exit_clear": "true",
    "cabinet_locked": "true",
    "screen_locked": "yes",
    "no_recording": "true",
    "phone_works": "true",
    "hotline_shown": "true",
    "bookings_checked": "yes",
    "followups_done": "yes",
}


def photo(colour: str = "green") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def room(make: Make) -> Site:
    return make.site()


@pytest.fixture
def worker(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_WORKER, room)


@pytest.fixture
def run_id(databases: Databases, room: Site, worker: Actor) -> UUID:
    with databases.session(Login.TENANT, room.id) as session:
        return service.begin(session, worker, "daily", MONDAY)


def fill(databases: Databases, room: Site, actor: Actor, run_id: UUID, **changes: str) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        for code, value in (GOOD | changes).items():
            answers.save(session, actor, run_id, code, value, version=0)
        answers.attach(session, actor, run_id, "room_ready", "room.png", photo())


def test_a_monday_asks_for_the_day_the_week_and_the_month(databases: Databases, room: Site) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        due = service.today(session, MONDAY)

    assert {one.code for one in due} == {"daily", "weekly", "monthly"}
    assert all(one.run_id is None for one in due)


def test_a_sunday_asks_for_no_daily_check_but_takes_one(databases: Databases, room: Site, worker: Actor) -> None:
    sunday = MONDAY - timedelta(days=1)
    with databases.session(Login.TENANT, room.id) as session:
        assert [one.state(sunday) for one in service.today(session, sunday) if one.code == "daily"] == ["voluntary"]
        run_id = service.begin(session, worker, "daily", sunday)
        assert service.begin(session, worker, "daily", sunday) == run_id
        answers.save(session, worker, run_id, "on_duty", "yes", version=0)
        shown = {one.run_id: one.state(sunday) for one in service.today(session, sunday)}

    assert shown[run_id] == "started"


def test_two_who_begin_at_once_share_one_run(databases: Databases, room: Site, worker: Actor, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        assert service.begin(session, worker, "daily", MONDAY) == run_id
        assert session.scalar(select(func.count()).select_from(ChecklistRun).where(ChecklistRun.code == "daily")) == 1


def test_what_was_left_open_is_overdue_the_day_after(databases: Databases, room: Site, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        due = {one.run_id: one for one in service.today(session, MONDAY + timedelta(days=1))}

    assert due[run_id].state(MONDAY + timedelta(days=1)) == "overdue"


def test_the_first_list_of_a_new_room_is_a_daily_one(databases: Databases, make: Make) -> None:
    site = make.site()
    assert site.edition_id
    with databases.session(Login.WORKER, site.id) as session:
        written = schedule.first(session, edition_id=site.edition_id, tier="T1", today=MONDAY - timedelta(days=1))
        again = schedule.first(session, edition_id=site.edition_id, tier="T1", today=MONDAY - timedelta(days=1))

    assert (written, again) == (3, 0)


def test_a_room_owes_nothing_from_before_it_opened(databases: Databases, make: Make) -> None:
    sunday = MONDAY - timedelta(days=1)
    site = make.site(opened_at=datetime(2026, 11, 15, 4, tzinfo=UTC))
    with databases.session(Login.WORKER, site.id) as session:
        schedule.make_due(session, sunday)
    with databases.session(Login.TENANT, site.id) as session:
        assert {one.code for one in service.today(session, sunday) if one.asked} == {"monthly"}


def test_what_was_due_before_a_list_is_first_asked_is_not_owed(databases: Databases, room: Site) -> None:
    """As in a room that works again after a rest, or whose new edition brings a list."""
    after_the_28th = date(2026, 11, 29)
    with databases.session(Login.WORKER, room.id) as session:
        assert schedule.make_due(session, after_the_28th) == 0
    with databases.session(Login.TENANT, room.id) as session:
        assert [one.code for one in service.today(session, after_the_28th) if one.asked] == []


@pytest.mark.calendar
def test_a_run_of_tomorrow_is_not_filled_today(databases: Databases, room: Site, worker: Actor) -> None:
    tomorrow = clock.today() + timedelta(days=8 - clock.today().isoweekday())
    with databases.session(Login.TENANT, room.id) as session:
        run_id = service.begin(session, worker, "daily", tomorrow)
        with pytest.raises(Conflict):
            answers.save(session, worker, run_id, "on_duty", "yes", version=0)
        with pytest.raises(Conflict):
            service.complete(session, worker, run_id)


def test_two_people_on_two_items_lose_nothing(databases: Databases, room: Site, make: Make, run_id: UUID) -> None:
    one, other = make.member(Role.SITE_WORKER, room), make.member(Role.COUNSELLOR, room)
    with databases.session(Login.TENANT, room.id) as first, databases.session(Login.TENANT, room.id) as second:
        answers.save(first, one, run_id, "on_duty", "yes", version=0)
        answers.save(second, other, run_id, "phone_works", "true", version=0)

    with databases.session(Login.TENANT, room.id) as session:
        assert service.sheet(session, run_id).values == {"on_duty": "yes", "phone_works": True}


def test_whoever_is_overtaken_on_one_item_is_told(databases: Databases, room: Site, make: Make, run_id: UUID) -> None:
    one, other = make.member(Role.SITE_WORKER, room), make.member(Role.COUNSELLOR, room)
    with databases.session(Login.TENANT, room.id) as session:
        answers.save(session, one, run_id, "on_duty", "yes", version=0)
        assert answers.save(session, other, run_id, "on_duty", "yes", version=0).version == 1
        with pytest.raises(answers.StaleAnswer) as told:
            answers.save(session, other, run_id, "on_duty", "no", version=0)

    assert (told.value.by, told.value.value, told.value.version) == (one.name, "yes", 1)


def test_a_wrong_answer_changes_nothing(databases: Databases, room: Site, worker: Actor, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        for code, raw in [("visitors", "-1"), ("visitors", "many"), ("on_duty", "perhaps"), ("room_ready", "７")]:
            with pytest.raises(Invalid):
                answers.save(session, worker, run_id, code, raw, version=0)
        with pytest.raises(NotFound):
            answers.save(session, worker, run_id, "no_such_item", "yes", version=0)
        assert session.scalar(select(func.count()).select_from(ChecklistAnswer)) == 0


def test_a_run_without_its_photo_stays_open(databases: Databases, room: Site, worker: Actor, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        for code, value in GOOD.items():
            answers.save(session, worker, run_id, code, value, version=0)
        with pytest.raises(Invalid) as refused:
            service.complete(session, worker, run_id)

    assert list(refused.value.fields) == ["room_ready"]


def test_a_full_run_is_closed_once_scored_and_told(
    databases: Databases, room: Site, worker: Actor, run_id: UUID
) -> None:
    fill(databases, room, worker, run_id, cabinet_locked="false")
    with databases.session(Login.TENANT, room.id) as session:
        answers.attach(session, worker, run_id, "cabinet_locked", "cabinet.png", photo("red"))
    for _twice in range(2):
        with databases.session(Login.TENANT, room.id) as session:
            service.complete(session, worker, run_id)

    with databases.session(Login.TENANT, room.id) as session:
        run = service.get(session, run_id)
        assert run.score
        assert run.score["failed_core"] == ["cabinet_locked"]
        assert session.scalars(select(OutboxMessage.topic)).all() == ["ChecklistCompleted"]
        with pytest.raises(Conflict):
            answers.save(session, worker, run_id, "on_duty", "no", version=1)


def test_the_same_photo_twice_is_kept_once(databases: Databases, room: Site, worker: Actor, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        assert answers.attach(session, worker, run_id, "room_ready", "a.png", photo())
        assert answers.attach(session, worker, run_id, "room_ready", "b.png", photo()) is None


def test_a_photo_keeps_nothing_but_the_picture(databases: Databases, room: Site, worker: Actor, run_id: UUID) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        kept = answers.attach(session, worker, run_id, "room_ready", "a.png", photo() + b"<script>PK\x03\x04hidden")
        assert kept
        media_type, content = answers.attachment(session, kept)

    assert media_type == "image/jpeg"
    assert b"hidden" not in content


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xff\xe0broken"])
def test_what_is_no_photo_is_refused(
    databases: Databases, room: Site, worker: Actor, run_id: UUID, content: bytes
) -> None:
    with databases.session(Login.TENANT, room.id) as session, pytest.raises(FileRefused):
        answers.attach(session, worker, run_id, "room_ready", "a.png", content)


def test_another_rooms_run_is_not_there(databases: Databases, make: Make, run_id: UUID) -> None:
    stranger = make.member(Role.SITE_HEAD)
    assert stranger.site_id
    with databases.session(Login.TENANT, stranger.site_id) as session, pytest.raises(NotFound):
        service.sheet(session, run_id)


def test_staff_fill_it_in_the_browser(app: Flask, make: Make, databases: Databases, room: Site, worker: Actor) -> None:
    browser = make.browser(app, worker)
    assert browser.get("/room/").status_code == 200
    with databases.session(Login.TENANT, room.id) as session:
        run_id = service.begin(session, worker, "daily", clock.today())
    address = f"/room/checklists/{run_id}"

    for code, value in GOOD.items():
        answered = post(browser, f"{address}/items/{code}", {code: value, "version": "0"})
        assert answered.status_code == 303
    unfinished = post(browser, f"{address}/completion", {})
    assert unfinished.status_code == 422
    assert "还需拍摄 1 张照片" in unfinished.text

    picture = {"room_ready-evidence": (io.BytesIO(photo()), "room.png"), "version": "1", "room_ready": "true"}
    assert post(browser, f"{address}/items/room_ready", picture).status_code == 303
    done = post(browser, f"{address}/completion", {})
    assert done.status_code == 303
    assert worker.name in browser.get(address).text
    assert "100.0%" in browser.get("/room/checklists").text


def test_a_wrong_answer_comes_back_with_what_was_typed(app: Flask, make: Make, worker: Actor, run_id: UUID) -> None:
    browser = make.browser(app, worker)
    refused = post(browser, f"/room/checklists/{run_id}/items/visitors", {"visitors": "dozens", "version": "0"})

    assert refused.status_code == 422
    assert "dozens" in refused.text


def test_a_number_that_does_not_apply_is_kept(app: Flask, make: Make, worker: Actor) -> None:
    browser = make.browser(app, worker)
    begun = post(browser, "/room/checklists/weekly", {}).headers["Location"]
    sent = {"hours_opened": ["na", ""], "version": "0"}
    assert post(browser, f"{begun}/items/hours_opened", sent).status_code == 303
    assert re.search(r'id="hours_opened-na"[^>]* checked', browser.get(begun).text)


def test_a_volunteer_reads_but_does_not_write(app: Flask, make: Make, room: Site, run_id: UUID) -> None:
    browser = make.browser(app, make.member(Role.VOLUNTEER, room))

    assert browser.get(f"/room/checklists/{run_id}").status_code == 200
    assert post(browser, f"/room/checklists/{run_id}/items/on_duty", {"on_duty": "yes"}).status_code == 403


def test_a_suspended_room_can_only_look(app: Flask, make: Make) -> None:
    room = make.site(state="suspended")
    browser = make.browser(app, make.member(Role.SITE_HEAD, room))

    assert browser.get("/room/").status_code == 200
    assert post(browser, "/room/checklists/daily", {}).status_code == 409


def test_a_remark_is_kept_beside_an_answer_and_alone(app: Flask, make: Make, worker: Actor, run_id: UUID) -> None:
    browser, address = make.browser(app, worker), f"/room/checklists/{run_id}"
    said = {"on_duty": "yes", "on_duty-note": "A 角请假，B 角在岗", "version": "0"}
    assert post(browser, f"{address}/items/on_duty", said).status_code == 303
    assert (
        post(browser, f"{address}/items/exit_clear", {"exit_clear-note": "北门在修", "version": "0"}).status_code == 303
    )
    too_long = post(browser, f"{address}/items/on_duty", {"on_duty": "yes", "on_duty-note": "长" * 501, "version": "1"})

    assert (too_long.status_code, "长" * 501 in too_long.text) == (422, True)
    for page in (address, f"{address}/print"):
        assert [said in browser.get(page).text for said in ("B 角在岗", "北门在修")] == [True, True]
    assert post(browser, f"{address}/items/exit_clear", {"exit_clear-note": " ", "version": "1"}).status_code == 303
    assert "北门在修" not in browser.get(address).text
