"""Watching an operation on the command line."""

from threading import Timer

import pytest

from huakai_deploy.commands import watching
from huakai_platform.kernel import operations
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Unavailable
from huakai_platform.kernel.operations import Ending
from tests.support.make import Make


def test_it_is_followed_to_its_end(databases: Databases, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    sites = [make.site(state="approved"), make.site(state="approved")]
    with databases.session(Login.OVERSIGHT) as session:
        begun = operations.start(session, None, "open_sites", "开通", [(site.id, site.name) for site in sites])

    def work() -> None:
        with databases.session(Login.WORKER) as session:
            operations.finish_item(session, begun.id, sites[0].id)
            operations.finish_item(session, begun.id, sites[1].id, error="不行")

    Timer(0.4, work).start()
    ended = watching.follow(databases, begun.id, "开通")

    assert (ended.done, ended.failed, ended.ending) == (1, 1, Ending.DONE_WITH_FAILURES)
    assert capsys.readouterr().out.splitlines() == ["开通: 0/2", "开通: 2/2"]


def test_what_stands_still_is_not_waited_for_in_vain(
    databases: Databases, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PATIENCE", 0.5)
    site = make.site(state="approved")
    with databases.session(Login.OVERSIGHT) as session:
        begun = operations.start(session, None, "open_sites", "开通", [(site.id, site.name)])

    with pytest.raises(Unavailable):
        watching.follow(databases, begun.id, "开通", quiet=True)
