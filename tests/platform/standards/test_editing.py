"""Every entry of the shipped edition comes back from its own form as it was; bad input comes back as typed."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.standards.definitions import SHAPES
from huakai_platform.standards.editing import places
from huakai_platform.standards.editing.controls import Control, controls, value_of
from huakai_platform.standards.editing.places import Place, place
from huakai_platform.standards.editing.reading import Reader
from huakai_platform.standards.shipped import load_shipped

BODIES = {(one.kind, one.code): one.body for one in load_shipped().definitions}


def every_place() -> Iterator[tuple[dict[str, Any], Place]]:
    for (kind, _code), body in BODIES.items():
        for name in places.lists(SHAPES[kind]):
            for entry in body[name]:
                yield body, Place(kind, (name, places.name_of(entry)))
                for item in entry.get("items", []):
                    yield body, Place(kind, (name, entry["code"], "items", item["code"]))


def sent(asked: list[Control] | tuple[Control, ...], entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a browser sends when nothing is touched."""
    for one in asked:
        value = value_of(entry, one.key)
        if one.fixed or (value is None and one.kind != "rows"):
            continue
        if one.kind == "bilingual":
            yield from ((f"{one.name}.{language}", text) for language, text in value.items())
        elif one.kind == "flag":
            yield from ([(one.name, "true")] if value else [])
        elif one.kind == "many":
            yield from ((one.name, word) for word in value)
        elif one.kind == "words":
            yield one.name, value if isinstance(value, str) else ", ".join(map(str, value))
        elif one.kind == "counts":
            yield from ((f"{one.name}.{code}", str(count)) for code, count in value.items())
        elif one.kind == "texts":
            for number, text in enumerate(value):
                yield from ((f"{one.name}.{number}.{language}", said) for language, said in text.items())
        elif one.kind == "group":
            yield from sent(one.inner, value)
        elif one.kind == "rows":
            for number, row in enumerate(value or []):
                yield from sent(one.row(number), row)
        else:
            yield one.name, str(value).lower() if isinstance(value, bool) else str(value)


def test_there_is_much_to_edit() -> None:
    assert len(list(every_place())) > 300


def test_every_entry_comes_back_from_its_form_as_it_was() -> None:
    for body, at in every_place():
        entry = places.entry(body, at)
        asked = controls(at.shape, (at.kind, at.list), BODIES, fixed=True)
        reader = Reader(MultiDict(list(sent(asked, entry))))

        assert unlisted(reader.entry(asked, entry)) == unlisted(entry), at
        reader.refuse_others(frozenset())
        assert not at.shape().validate(entry), at


def unlisted(value: Any) -> Any:
    """A single source may stand in a list or alone, and a flag may say what holds anyhow."""
    if isinstance(value, dict):
        return {key: unlisted(inner) for key, inner in value.items() if inner is not (key == "required")}
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value


def test_the_head_of_a_definition_is_a_form_too() -> None:
    body = BODIES["wall_documents", "wall_documents"]
    asked = controls(SHAPES["wall_documents"], ("wall_documents", ""), BODIES, fixed=True)
    form = MultiDict([*sent(asked, body)])
    form["validity.days"] = "180"

    changed = Reader(form).entry(asked, body)
    assert changed == {**body, "validity": {**body["validity"], "days": 180}}


def test_what_is_no_number_is_kept_as_typed_and_refused_by_the_shape() -> None:
    at = place("indicators", "grades/good")
    asked = controls(at.shape, (at.kind, at.list), BODIES, fixed=True)
    entry = Reader(MultiDict({"at_least": "eighty", "title.zh": "良好"})).entry(asked, {"code": "good"})

    assert entry == {"code": "good", "at_least": "eighty", "title": {"zh": "良好", "en": ""}}
    assert {"at_least", "title"} <= set(at.shape().validate(entry))


def test_what_was_not_asked_for_is_refused() -> None:
    at = place("spaces", "spaces/vent_room")
    reader = Reader(MultiDict({"title.zh": "净心室", "hidden": "1"}))
    reader.entry(controls(at.shape, (at.kind, at.list), BODIES, fixed=True), {})
    with pytest.raises(Invalid):
        reader.refuse_others(frozenset({"csrf_token"}))


@pytest.mark.parametrize("text", ["nothing", "spaces/no_such_room/items", "../tiers", ""])
def test_a_place_that_is_not_there_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        places.entry(BODIES["spaces", "spaces"], place("spaces", text))


def test_entries_are_put_taken_and_shifted_without_touching_the_definition_itself() -> None:
    body = BODIES["spaces", "spaces"]
    added = places.put(body, place("spaces", "spaces"), {"code": "garden"})
    assert [one["code"] for one in added["spaces"]][-1] == "garden"
    assert places.taken(added, place("spaces", "spaces"), {"code": "garden"})

    assert "garden" not in {one["code"] for one in body["spaces"]}
    shifted = places.shift(body, place("spaces", "spaces/reading_zone"))
    assert [one["code"] for one in shifted["spaces"]][:2] == ["reading_zone", "reception_zone"]
    assert len(places.take(body, place("spaces", "spaces/vent_room"))["spaces"]) == len(body["spaces"]) - 1


def test_an_item_name_is_taken_in_the_whole_checklist() -> None:
    daily = BODIES["checklist", "daily"]
    assert places.taken(daily, place("checklist", "sections/privacy/items"), {"code": "exit_clear"})
