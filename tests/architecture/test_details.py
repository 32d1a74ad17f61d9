"""Every detail that is recorded in the audit trail has a plain word, in both languages, and every word a detail."""

import ast
from collections.abc import Iterator
from dataclasses import fields

import pytest
from flask import Flask
from flask_babel import force_locale

from huakai_platform.onboarding.importing import Applied
from huakai_platform.trail.details import DETAILS, told
from tests.architecture.test_deeds import ROOT, SOURCES

FROM_ELSEWHERE = {
    "asdict(applied)": {field.name for field in fields(Applied)},
    "plan.counts()": {"added", "changed", "closed", "same", "problems"},
    "found.counts": {"added", "changed", "unchanged", "faulty"},
    "chains.mend(connection, site_id)": {"chain", "at_odds", "living_head", "saved_head"},
}
"""What those calls give that build their details in another function."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_every_recorded_detail_has_its_word_in_trail_details() -> None:
    found = set(recorded())
    assert found - set(DETAILS) == set(), "give these their words in trail/details.py"
    assert set(DETAILS) - found == set(), "nobody records these"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_Hans_CN", {"本机": "是", "行数": "12,345", "日期": "2026-11-25", "备份时间": "2026-11-26 00:30"}),
        ("zh_Hans_CN", {"文件摘要": "…abababababab", "状态": "待核实", "later": "new.code", "改动的栏目": "post、ab"}),
        ("en", {"This device": "Yes", "Lines": "12,345", "Fields changed": "post, ab"}),
    ],
    ids=["numbers and days", "codes", "English"],
)
def test_details_are_written_for_a_reader(app: Flask, language: str, said: dict[str, str]) -> None:
    detail = {"rows": 12345, "own": True, "on": "2026-11-25", "taken_at": "2026-11-25T16:30:00+00:00"}
    detail |= {"sha256": "ab" * 32, "state": "fixed", "ab": None, "fields": ["post", "ab"], "later": "new.code"}
    with app.test_request_context(), force_locale(language):
        written = dict(told("open_point", detail))

    assert {word: written.get(word) for word in said} == said
    assert len(written) == len(detail) - 1, "what is empty is left out"


def recorded() -> Iterator[str]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for function in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(function, Function):
                    yield from _of(function)


def _of(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
            for given in node.keywords:
                yield from [given.arg] if given.arg else _keys(function, given.value)


def _keys(function: Function, value: ast.expr) -> Iterator[str]:
    """The names that a mapping holds, as far as they stand in the function; else they are looked up."""
    if ast.unparse(value) in FROM_ELSEWHERE:
        yield from FROM_ELSEWHERE[ast.unparse(value)]
    elif isinstance(value, ast.Dict):
        for key, inner in zip(value.keys, value.values, strict=True):
            if key is None:
                yield from _keys(function, inner)
            else:
                assert isinstance(key, ast.Constant), f"{ast.unparse(value)}: write the names of details out"
                yield str(key.value)
    elif isinstance(value, ast.BinOp):
        yield from [*_keys(function, value.left), *_keys(function, value.right)]
    elif isinstance(value, ast.IfExp):
        yield from [*_keys(function, value.body), *_keys(function, value.orelse)]
    else:
        given = list(_assigned(function, ast.unparse(value)))
        assert given, f"{function.name}: where do the details {ast.unparse(value)} come from?"
        for one in given:
            yield from _keys(function, one)


def _assigned(function: Function, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=True)
                    yield from (given for one, given in pairs if ast.unparse(one) == name)
                elif ast.unparse(target) == name:
                    yield node.value
        elif isinstance(node, ast.AnnAssign) and node.value and ast.unparse(node.target) == name:
            yield node.value
