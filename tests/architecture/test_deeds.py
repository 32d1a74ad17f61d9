"""Every deed that is recorded in the audit trail has plain words, and every word a deed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from huakai_platform.trail.deeds import DEEDS, OBJECTS
from tests.support import resources

ROOT = Path(__file__).parents[2]
SOURCES = ("platform", "tenants", "worker", "deploy/huakai_deploy")


def test_every_recorded_deed_has_its_words_in_trail_deeds() -> None:
    recorded = {deed for _place, deed, _kind in calls()}
    assert recorded, "nothing is recorded any more"
    assert recorded - set(DEEDS) == set(), "give these their words in trail/deeds.py"
    assert set(DEEDS) - recorded == set(), "nobody records these"


def test_every_kind_of_object_has_its_words_in_trail_deeds() -> None:
    kinds = {kind for _place, _deed, kind in calls()}
    assert kinds - set(OBJECTS) == set(), "give these their words in trail/deeds.py"
    assert set(OBJECTS) - kinds == set(), "nobody records these"


def test_a_deed_is_a_thing_and_a_verb() -> None:
    assert [
        deed for deed in DEEDS if deed.count(".") != 1 or not deed.replace(".", "").replace("_", "").isalpha()
    ] == []


def calls() -> Iterator[tuple[str, str, str]]:
    """Each `audit.record(…)`: where it stands, its deed and its kind of object, both written out."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                    yield from _said(f"{path.relative_to(ROOT)}:{node.lineno}", node)


def _said(place: str, call: ast.Call) -> Iterator[tuple[str, str, str]]:
    assert len(call.args) >= 4, f"{place}: deed and kind stand as the third and fourth argument"
    for deed in _strings(call.args[2]):
        for kind in _strings(call.args[3]):
            yield place, deed, kind


@cache
def _lists(deed: str) -> list[str]:
    """What a deed of lists that are described once begins with; only a list with a sheet is imported."""
    return [one.name for one in resources.every() if "import" not in deed or one.into("sheet")]


def _strings(node: ast.expr) -> list[str]:
    """The text, or both texts of a choice; anything else could not be held to the table."""
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    if isinstance(node, ast.JoinedStr) and isinstance(last := node.values[-1], ast.Constant):
        return [f"{name}{last.value!s}" for name in _lists(str(last.value))]
    assert isinstance(node, ast.Constant), f"line {node.lineno}: write the code out, so that it can be looked up"
    return [str(node.value)]
