"""Rules of the house that no linter knows: one clock, one who commits, an export that says what it leaves out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huakai_templates import assets

ROOT = Path(__file__).parents[2]
PRODUCT = ("platform", "tenants", "worker")
PAGES = assets.STATIC.parent / "pages"
CLOCK = "platform/huakai_platform/kernel/clock.py"
NOW = frozenset(
    {"datetime.now", "datetime.datetime.now", "datetime.utcnow", "date.today", "datetime.date.today", "time.time"}
)
COMMIT = frozenset({"platform/huakai_platform/web/requests.py", "platform/huakai_platform/kernel/db.py"})
"""A request's transaction ends in the first; a job's, and whatever else opens one, in the second."""
SHORT = 160


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_the_kernels_clock_is_the_only_source_of_time() -> None:
    elsewhere = [
        f"{path}:{call.lineno}"
        for path, tree in modules(*PRODUCT, "deploy/huakai_deploy")
        for call in calls(tree)
        if path != CLOCK and ast.unparse(call.func) in NOW
    ]
    assert elsewhere == [], "ask huakai_platform.kernel.clock, which tests can move"


def test_no_service_commits() -> None:
    found = {
        path
        for path, tree in modules(*PRODUCT)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and path not in COMMIT
    }
    assert found == set(), "a deed is one transaction, which its request or its job ends"


def test_every_export_that_has_an_end_says_what_it_leaves_out() -> None:
    silent = []
    for path, tree in modules("platform", "tenants"):
        said = ast.unparse(tree)
        writes = re.search(r"workbooks\.(write|table)\(", said)
        if writes and re.search(r"\.limit\(|\bMOST\b", said) and not re.search(r"\bcut\(", said):
            silent.append(path)
    assert silent == [], "say `resources.exporting.cut` above the rows"


@pytest.mark.parametrize("path", sorted((PAGES / "resources").glob("*.html")), ids=lambda path: path.name)
def test_a_template_of_the_lists_has_no_long_lines(path: Path) -> None:
    long = [number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if len(line) > SHORT]
    assert long == []
