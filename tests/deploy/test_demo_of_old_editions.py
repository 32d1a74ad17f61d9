"""The demonstration's steps under an edition of an earlier day: what it lacks is left out, with a line that says so."""

import pytest
from sqlalchemy import text

from huakai_deploy.demo_history import skipping
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from tests.support import lacking
from tests.support.make import Make
from tests.upgrade import filling

CASES = {"the oldest": (lacking.OLDEST_LACKED, lacking.OLDEST_PARTS), "nothing": (lacking.EVERY, {})}


@pytest.mark.parametrize("case", CASES)
def test_the_demonstration_skips_what_the_edition_lacks(
    databases: Databases,
    settings: Settings,
    make: Make,
    case: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    skipping._SAID.clear()
    lacking.without(make, *CASES[case], number=2)

    with filling.shortened():
        filling.demonstrate(databases, settings)
        filling.demonstrate(databases, settings)

    lines = [line for line in capsys.readouterr().out.splitlines() if "没有“" in line]
    assert {name for name in ("visitors", "policies") if any(f"“{name}”" in line for line in lines)} == {
        "visitors",
        "policies",
    }
    assert len(lines) == len(set(lines))
    with databases.session(Login.MIGRATOR) as session:
        states = session.execute(text("SELECT state, count(*) FROM platform.site GROUP BY state")).all()
        dead = session.scalar(text("SELECT count(*) FROM tenant.outbox WHERE attempts > 0"))
    assert states == [("open", filling.SITES)]
    assert dead == 0
