"""Secrets on disk: for their owner's eyes, and never in the place of those that were given."""

import os
from pathlib import Path

import pytest

from huakai_deploy import demo, keys
from huakai_deploy.commands import servers
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError
from tests.support.make import Make


def test_secrets_are_never_readable_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: seen.append(os.fstat(number).st_mode & 0o777))

    made, password = keys.local(tmp_path), servers._demo_password(tmp_path)

    assert seen == [0o600, 0o600]
    assert [path.stat().st_mode & 0o777 for path in sorted(tmp_path.iterdir())] == [0o600, 0o600]
    assert (keys.local(tmp_path), servers._demo_password(tmp_path)) == (made, password)


def test_a_secret_that_is_given_is_not_replaced(tmp_path: Path) -> None:
    env = {"HUAKAI_SECRET_KEY_FILE": "/run/secrets/key", "HUAKAI_MASTER_KEY": "given"}

    assert set(keys.missing(tmp_path, env)) == {"HUAKAI_LOOKUP_KEY", "HUAKAI_AUDIT_KEY"}
    assert len(keys.missing(tmp_path, {})) == 4


def test_the_demonstration_stays_out_of_a_real_institutions_database(
    databases: Databases, make: Make, settings: Settings
) -> None:
    make.institution("真实的机构")

    with pytest.raises(HuakaiError, match="真实的机构"):
        demo.seed(databases, settings, sites=1, password="x" * 20)
