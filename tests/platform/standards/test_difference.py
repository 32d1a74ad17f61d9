"""What a reader of two editions is told: every change once, and which way it goes."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from huakai_platform.standards.difference import Change, Sort, difference
from huakai_platform.standards.shipped import load_shipped

Bodies = dict[tuple[str, str], dict[str, Any]]
Edit = Callable[[Bodies], None]


def shipped() -> Bodies:
    return {(one.kind, one.code): deepcopy(one.body) for one in load_shipped().definitions}


def changes(edit: Edit) -> list[Change]:
    edited = shipped()
    edit(edited)
    return list(difference(shipped(), edited))


def one(kind: str, name: str, code: str, **values: Any) -> Edit:
    def edit(bodies: Bodies) -> None:
        key = (kind, kind)
        entry = next(entry for entry in bodies[key][name] if entry.get("code", entry.get("tier")) == code)
        entry.update(values)

    return edit


def item(code: str, **values: Any) -> Edit:
    def edit(bodies: Bodies) -> None:
        items = [item for section in bodies["checklist", "daily"]["sections"] for item in section["items"]]
        next(item for item in items if item["code"] == code).update(values)

    return edit


def validity(**values: Any) -> Edit:
    return lambda bodies: bodies["wall_documents", "wall_documents"]["validity"].update(values)


def test_an_edition_does_not_differ_from_itself() -> None:
    assert changes(lambda _bodies: None) == []


@pytest.mark.parametrize(
    ("edit", "sort"),
    [
        (validity(days=30), Sort.TIGHTENED),
        (one("equipment", "equipment", "tissues", check="day"), Sort.TIGHTENED),
        (one("posts", "posts", "site_head", number={"T1": 9, "T2": 9, "T3": 9, "T4": 9}), Sort.TIGHTENED),
        (one("spaces", "tiers", "T1", required=["individual_room"]), Sort.LOOSENED),
        (one("indicators", "grades", "good", at_least=85), Sort.TIGHTENED),
        (one("indicators", "rectification", "core", days=60), Sort.LOOSENED),
        (one("indicators", "indicators", "privacy", core=False), Sort.LOOSENED),
        (one("indicators", "indicators", "area", text={"zh": "甲", "en": "A"}), Sort.REWORDED),
        (item("visitors", required=True), Sort.TIGHTENED),
        (item("exit_clear", core=False), Sort.LOOSENED),
        (item("exit_clear", weight=5), Sort.CHANGED),
        (item("exit_clear", evidence={"when": "always", "what": "photo", "count": 1}), Sort.TIGHTENED),
        (item("tools_safe", tiers=["T3", "T4"]), Sort.LOOSENED),
        (item("tools_safe", tiers=[]), Sort.TIGHTENED),
        (item("opened_on_time", tiers=["T1"]), Sort.LOOSENED),
        (item("opened_on_time", required=True), None),
        (item("opened_on_time", required=False), Sort.LOOSENED),
    ],
)
def test_a_change_is_told_with_its_direction(edit: Edit, sort: Sort | None) -> None:
    assert {change.sort for change in changes(edit)} == ({sort} if sort else set())


def test_an_item_that_moves_to_another_section_is_not_retired() -> None:
    def move(bodies: Bodies) -> None:
        sections = bodies["checklist", "daily"]["sections"]
        sections[1]["items"].append(sections[0]["items"].pop())

    (moved,) = changes(move)
    assert (moved.sort, moved.before, moved.after) == (Sort.CHANGED, "opening", "privacy")
    assert moved.spot.entries[0].name == "exit_clear"
    assert moved.spot.entries[0].title["en"] == "Exits are clear and the extinguisher is in place"


def test_entries_come_and_go_by_their_code_whatever_their_place() -> None:
    def edit(bodies: Bodies) -> None:
        spaces = bodies["spaces", "spaces"]["spaces"]
        spaces.reverse()
        spaces.append({"code": "garden", "kind": "basic", "title": {"zh": "花园", "en": "Garden"}, "proposed": True})
        bodies["spaces", "spaces"]["spaces"] = [space for space in spaces if space["code"] != "vent_room"]

    found = {change.spot.entries[0].name: change.sort for change in changes(edit)}
    assert found == {"garden": Sort.ADDED, "vent_room": Sort.RETIRED}


def test_a_whole_checklist_comes_and_goes() -> None:
    def edit(bodies: Bodies) -> None:
        bodies["checklist", "nightly"] = {**bodies.pop(("checklist", "daily")), "code": "nightly"}

    found = {change.spot.code: change.sort for change in changes(edit)}
    assert found == {"nightly": Sort.ADDED, "daily": Sort.RETIRED}


def test_a_limit_that_was_not_there_tightens_and_one_that_goes_loosens() -> None:
    def edit(bodies: Bodies) -> None:
        spaces = {space["code"]: space for space in bodies["spaces", "spaces"]["spaces"]}
        del spaces["counselling_room"]["area"]["at_most"]
        spaces["training_room"]["area"]["at_most"] = 60

    found = {change.spot.entries[0].name: change.sort for change in changes(edit)}
    assert found == {"counselling_room": Sort.LOOSENED, "training_room": Sort.TIGHTENED}


def test_the_bands_of_an_indicator_are_compared_share_by_share() -> None:
    def edit(bodies: Bodies) -> None:
        area = bodies["indicators", "indicators"]["indicators"][0]
        area["bands"][1]["at_least"] = 95

    (raised,) = changes(edit)
    assert raised.sort == Sort.TIGHTENED
    assert [entry.name for entry in raised.spot.entries] == ["area", "60"]
    assert (raised.before, raised.after) == (90, 95)
