"""Whatever a form of the standard asks has a word, and so has every choice it offers."""

from collections.abc import Iterator, Sequence

from huakai_platform.standards import words
from huakai_platform.standards.definitions import SHAPES
from huakai_platform.standards.editing import places
from huakai_platform.standards.editing.controls import Control, Shape, controls


def shapes(of: Shape) -> Iterator[Shape]:
    yield of
    for inner in places.lists(of).values():
        yield from shapes(inner)


def asked(some: Sequence[Control]) -> Iterator[Control]:
    for one in some:
        yield one
        yield from asked(one.inner)


def every() -> Iterator[Control]:
    for kind, top in SHAPES.items():
        for shape in shapes(top):
            yield from asked(controls(shape, (kind, ""), {}))


def test_every_key_has_a_word() -> None:
    assert {one.key for one in every()} - {"code"} <= set(words.KEYS)
    assert {name for top in SHAPES.values() for shape in shapes(top) for name in places.lists(shape)} <= set(words.KEYS)


def test_every_choice_has_a_word() -> None:
    said = {word for one in every() if one.kind == "choice" for word, _title in one.options}
    assert said - {"A", "B", "C"} <= set(words.VALUES)


def test_a_value_is_said_in_one_line() -> None:
    def say(value: object) -> str:
        return str(value["zh"] if isinstance(value, dict) else value)

    titles = {"vent_room": {"zh": "净心室", "en": "Venting room"}}
    assert words.spoken(["vent_room", "day"], titles, say) == "净心室、每日"
    assert words.spoken({"at_least": 3, "core": True}, titles, say) == "至少 3；核心 是"
    assert words.spoken(None, titles, say) == "—"
