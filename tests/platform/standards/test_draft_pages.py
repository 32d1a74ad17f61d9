"""Writing the next edition in the browser: entry by entry, with a preview, to the publication by somebody else."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.standards import drafts, service
from tests.support.make import Make
from tests.support.web import post

DRAFTS = "/console/standard/drafts"
ITEM = {
    "text.zh": "灭火器压力正常",
    "text.en": "The extinguisher has pressure",
    "kind": "boolean",
    "core": "true",
    "required": "true",
    "weight": "5",
    "evidence.when": "on_fail",
    "evidence.what": "photo",
    "evidence.count": "1",
    "proposed": "true",
}


@pytest.fixture
def writer(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


@pytest.fixture
def draft(writer: FlaskClient) -> str:
    answer = post(writer, DRAFTS, {"zh": "第二版", "en": "Second edition"})
    return str(answer.location).removeprefix("http://localhost")


def seen(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', client.get(page).text)
    assert found
    return found[1]


def test_a_new_item_goes_from_its_form_into_the_published_checklist(
    app: Flask, make: Make, writer: FlaskClient, draft: str
) -> None:
    place = f"{draft}/checklist/daily/entries/sections/opening/items"
    assert writer.get(place).status_code == 200
    assert post(writer, place, {**ITEM, "code": "extinguisher", "seen": "0"}).status_code == 303
    assert "灭火器压力正常" in writer.get(f"{draft}/checklist/daily").text
    assert post(writer, f"{draft}/submission").status_code == 303

    reviewer = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    assert "灭火器压力正常" in reviewer.get(f"{draft}/difference?sort=added").text
    assert post(reviewer, f"{draft}/publication").status_code == 303
    with make.databases.session(Login.TENANT) as session:
        daily = service.checklists(session, service.newest(session), "T1")["daily"]
        item = daily.item("extinguisher")
    assert item
    assert (item.core, item.required, item.evidence.when) == (True, True, "on_fail")
    assert "比前一版的改动" in reviewer.get("/console/standard/").text


def test_the_preview_shows_the_question_and_keeps_nothing(writer: FlaskClient, draft: str) -> None:
    url = f"{draft}/checklist/daily/previews/sections/opening/items"
    shown = post(writer, url, {**ITEM, "code": "extinguisher", "seen": "0"})
    assert "灭火器压力正常" in shown.text
    assert 'id="preview-extinguisher-field"' in shown.text
    assert "灭火器压力正常" not in writer.get(f"{draft}/checklist/daily").text

    wrong = post(writer, url, {**ITEM, "code": "extinguisher", "weight": "many", "seen": "0"})
    assert "<code>weight</code>" in wrong.text


def test_a_scale_is_written_to_its_last_band_and_shown_as_it_will_be_asked(writer: FlaskClient, draft: str) -> None:
    new = {"kind": "scale", "code": "calm", "zh": "平静量表", "en": "Calm"}
    assert post(writer, f"{draft}/definitions", new).status_code == 303
    bands = f"{draft}/scale/calm/entries/scores/total/bands"
    assert f'href="{bands}"' in writer.get(f"{draft}/scale/calm").text
    band = {"title.zh": "平静", "title.en": "Calm", "severity": "none"}
    version = seen(writer, f"{draft}/scale/calm")
    assert post(writer, bands, {**band, "code": "low", "low": "0", "high": "0", "seen": version}).status_code == 303
    assert "得分 1 不在任何区间里" in writer.get(f"{draft}/scale/calm").text
    version = seen(writer, f"{draft}/scale/calm")
    assert post(writer, bands, {**band, "code": "high", "low": "1", "high": "1", "seen": version}).status_code == 303
    assert "不在任何区间里" not in writer.get(draft).text

    item = {"text.zh": "我觉得平静", "text.en": "I feel calm", "code": "calm", "proposed": "true", "seen": "0"}
    shown = post(writer, f"{draft}/scale/calm/previews/items", item).text
    assert 'id="preview-calm-field"' in shown
    assert shown.count('type="radio"') == 2


def test_the_rows_of_a_register_are_written_too(writer: FlaskClient, draft: str) -> None:
    place = f"{draft}/register/proposals/entries/rows/handling/items"
    assert f'href="{place}"' in writer.get(f"{draft}/register/proposals").text
    asked = {"code": "remark", "kind": "text", "text.zh": "备注", "text.en": "Remark", "proposed": "true"}
    version = seen(writer, f"{draft}/register/proposals")
    assert post(writer, place, {**asked, "seen": version}).status_code == 303
    assert "备注" in writer.get(f"{draft}/register/proposals").text


def test_bad_input_comes_back_filled_and_named(writer: FlaskClient, draft: str) -> None:
    place = f"{draft}/indicators/indicators/entries/grades/good"
    answer = post(writer, place, {"title.zh": "良好", "title.en": "Good", "at_least": "eighty", "seen": "0"})
    assert answer.status_code == 422
    assert 'value="eighty"' in answer.text
    assert 'id="e-at_least"' in answer.text


def test_a_code_that_there_is_already_is_refused(writer: FlaskClient, draft: str) -> None:
    place = f"{draft}/checklist/daily/entries/sections/privacy/items"
    answer = post(writer, place, {**ITEM, "code": "exit_clear", "seen": "0"})
    assert answer.status_code == 422
    assert 'id="e-code"' in answer.text


def test_a_field_that_nobody_asked_for_is_refused(writer: FlaskClient, draft: str) -> None:
    place = f"{draft}/indicators/indicators/entries/grades/good"
    assert post(writer, place, {"core": "true", "seen": "0"}).status_code == 422


def test_a_draft_says_what_is_wrong_and_where_before_it_is_submitted(writer: FlaskClient, draft: str) -> None:
    removed = post(writer, f"{draft}/spaces/spaces/removals/spaces/vent_room", {"seen": "0"})
    assert removed.status_code == 303
    page = writer.get(draft).text
    assert "找不到 vent_room" in page
    assert "submission" not in page
    assert post(writer, f"{draft}/submission", follow_redirects=True).text.count("草稿还有错误")


def test_somebody_elses_save_is_not_overwritten_and_nothing_typed_is_lost(writer: FlaskClient, draft: str) -> None:
    place = f"{draft}/indicators/indicators/entries/grades/good"
    form = {"title.zh": "良好", "title.en": "Good", "at_least": "85", "source": "S35"}
    assert post(writer, place, {**form, "seen": "0"}).status_code == 303

    overtaken = post(writer, place, {**form, "at_least": "82", "seen": "0"})
    assert overtaken.status_code == 409
    assert 'value="82"' in overtaken.text
    assert post(writer, place, {**form, "at_least": "82", "seen": "1"}).status_code == 303


def test_the_general_part_of_a_definition_is_changed_and_restored(writer: FlaskClient, draft: str, make: Make) -> None:
    page = f"{draft}/wall_documents/wall_documents"
    form = {"title.zh": "上墙", "title.en": "Wall", "validity.days": "180", "validity.proposed": "true"}
    assert post(writer, page, {**form, "seen": seen(writer, page)}).status_code == 303
    draft_id = UUID(draft.rsplit("/", 1)[1])
    with make.databases.session(Login.OVERSIGHT) as session:
        assert drafts.load(session, draft_id).body("wall_documents", "wall_documents")["validity"]["days"] == 180
    assert post(writer, f"{page}/restoration").status_code == 303
    with make.databases.session(Login.OVERSIGHT) as session:
        found = drafts.load(session, draft_id)
        assert found.bodies == found.base


def test_a_checklist_is_added_section_by_section_and_another_retired(writer: FlaskClient, draft: str) -> None:
    added = post(
        writer,
        f"{draft}/definitions",
        {"kind": "checklist", "code": "fire_drill", "zh": "消防演练", "en": "Fire drill"},
    )
    page = str(added.location)
    section = {"code": "drill", "title.zh": "演练", "title.en": "Drill", "seen": seen(writer, page)}
    assert post(writer, f"{page}/entries/sections", section).status_code == 303
    item = {**ITEM, "code": "held", "seen": seen(writer, page)}
    assert post(writer, f"{page}/entries/sections/drill/items", item).status_code == 303
    assert post(writer, f"{draft}/checklist/weekly/retirement", {"seen": "0"}).status_code == 303
    text = writer.get(f"{draft}/difference").text
    assert "消防演练" in text
    assert "停用" in text
    assert (
        post(writer, f"{draft}/definitions", {"kind": "checklist", "code": "daily", "zh": "甲", "en": "A"}).status_code
        == 422
    )


def test_entries_move_up(writer: FlaskClient, draft: str, make: Make) -> None:
    assert post(writer, f"{draft}/spaces/spaces/shifts/spaces/reading_zone", {"seen": "0"}).status_code == 303
    with make.databases.session(Login.OVERSIGHT) as session:
        spaces = drafts.load(session, UUID(draft.rsplit("/", 1)[1])).body("spaces", "spaces")["spaces"]
    assert [space["code"] for space in spaces[:2]] == ["reading_zone", "reception_zone"]


def test_the_changes_come_as_a_workbook(writer: FlaskClient, draft: str) -> None:
    post(writer, f"{draft}/checklist/weekly/retirement", {"seen": "0"})
    sheet = workbooks.read(writer.get(f"{draft}/difference/export").data).sheets[0]
    retired = [cell.value for cell in sheet.rows[1]]
    assert (retired[0], retired[3]) == ("每周检查", "停用")


def test_offices_and_auditors_read_drafts_and_write_nothing(app: Flask, make: Make, draft: str) -> None:
    auditor = make.browser(app, make.member(Role.AUDITOR))
    page = auditor.get(f"{draft}/checklist/daily").text
    assert "新增检查项" not in page
    assert auditor.get(f"{draft}/checklist/daily/entries/sections/opening").status_code == 403
