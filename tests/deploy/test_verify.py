"""`huakai verify`: its three endings, without a database or settings."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from huakai_deploy.cli import main
from tests.platform.compliance.test_bundle import FILE


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


def verify(tmp_path: Path, data: bytes, *options: str) -> Result:
    (tmp_path / "sealed.json").write_bytes(data)
    return CliRunner(env={}).invoke(main, ["verify", str(tmp_path / "sealed.json"), *options])


def test_an_untouched_file_ends_in_nought(tmp_path: Path) -> None:
    answer = verify(tmp_path, FILE)
    assert answer.exit_code == 0, answer.output
    assert "一致" in answer.output
    assert "25.71" in answer.output


def test_a_changed_file_ends_in_one_and_says_where(tmp_path: Path) -> None:
    answer = verify(tmp_path, FILE.replace(b'"grade":"unqualified"', b'"grade":"excellent"'))
    assert answer.exit_code == 1
    assert "result.grade\texcellent\tunqualified" in answer.output


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\x00\xff", b'{"format":"huakai-assessment/1"}'])
def test_another_file_ends_in_two(tmp_path: Path, data: bytes) -> None:
    answer = verify(tmp_path, data)
    assert answer.exit_code == 2
    assert "封存文件" in answer.output


def test_a_file_that_is_not_there_ends_in_two() -> None:
    assert CliRunner(env={}).invoke(main, ["verify", "/nowhere/at-all"]).exit_code == 2


def test_a_digest_from_elsewhere_must_agree(tmp_path: Path) -> None:
    digest = json.loads(FILE)["digest"]
    assert verify(tmp_path, FILE, "--digest", digest.upper()).exit_code == 0
    assert verify(tmp_path, FILE, "--digest", "0" * 64).exit_code == 1


def test_programs_are_told_in_json(tmp_path: Path) -> None:
    told = json.loads(verify(tmp_path, FILE, "--json").output)
    assert (told["agrees"], told["differences"], told["result"]["grade"]) == (True, [], "unqualified")
