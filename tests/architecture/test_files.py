"""The tree itself: where files may lie, how long they may be, and what they may not name."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = ("platform", "tenants", "worker", "templates", "deploy", "tests")
PYTHON = [path for root in ROOTS for path in sorted((ROOT / root).rglob("*.py")) if "__pycache__" not in path.parts]
PRODUCT = [path for path in PYTHON if path.relative_to(ROOT).parts[0] != "tests"]
LONGEST, LONGEST_TEST = 300, 400
OUTSIDE = re.compile(
    r"""(?:src|href|action|srcset|poster|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//""", re.I
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_stands_before_the_standard_librarys_platform() -> None:
    """`platform/__init__.py`, or one below tests/platform, would hide the module that everybody imports."""
    assert not (ROOT / "platform/__init__.py").exists()
    assert list((ROOT / "tests").rglob("__init__.py")) == []
    assert subprocess.run([sys.executable, "-c", "import platform; platform.system()"], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_a_module_says_what_it_is_and_is_read_in_one_sitting(path: Path) -> None:
    source = path.read_text("utf-8")

    assert ast.get_docstring(ast.parse(source)), "no docstring"
    if "migrations" not in path.parts:
        assert source.count("\n") <= (LONGEST_TEST if "tests" in path.parts else LONGEST)


@pytest.mark.parametrize("package", ["platform/huakai_platform/kernel", "worker/huakai_worker"])
def test_below_the_pages_nothing_knows_the_web(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(("flask", "werkzeug"))], named(path)


def test_the_kernel_loads_without_flask() -> None:
    kernel = ROOT / "platform/huakai_platform/kernel"
    modules = [f"huakai_platform.kernel.{path.stem}" for path in kernel.glob("*.py") if path.stem != "__init__"]
    program = f"import sys, {', '.join(modules)}; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_pages_and_styles_load_nothing_from_elsewhere() -> None:
    own = [
        path
        for kind in ("*.html", "*.css", "*.js", "*.svg")
        for path in (ROOT / "templates/huakai_templates").rglob(kind)
        if "vendor" not in path.parts
    ]
    assert [named(path) for path in own if OUTSIDE.search(path.read_text("utf-8"))] == []
    assert own


def test_locks_pin_by_hash_and_name_no_address() -> None:
    for path in (ROOT / "deploy").glob("requirements*.lock"):
        lock = path.read_text("utf-8")
        assert "://" not in lock, named(path)
        assert not re.search(r"^\s*(-i|--(extra-)?index-url|--find-links|-e|--trusted-host)", lock, re.M), named(path)
        assert " @ " not in lock, named(path)
        assert len(re.findall(r"^\S+==", lock, re.M)) <= lock.count("--hash=sha256:"), named(path)
