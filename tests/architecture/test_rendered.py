"""A whole run knows which pages it has to have shown."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import chosen, rendered


def run(**changes: Any) -> Any:
    given = {"keyword": "", "markexpr": rendered.WHOLE, "collectonly": False} | changes
    source = given.pop("source", pytest.Config.ArgsSource.TESTPATHS)
    return SimpleNamespace(args_source=source, option=SimpleNamespace(**given))


def test_pages_are_what_is_shown_by_itself() -> None:
    found = rendered.pages()
    assert {"equipment/imported.html", "identity/second_factor.html", "errors/409.html"} <= found
    assert not {"layouts/room.html", "layouts/_room_top.html", "macros/forms.html", "errors/error.html"} & found


def test_only_a_whole_run_must_have_shown_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "FAST", False)
    assert rendered.whole(run())
    assert not rendered.whole(run(keyword="equipment"))
    assert not rendered.whole(run(markexpr="not browser"))
    assert not rendered.whole(run(source=pytest.Config.ArgsSource.ARGS))
    monkeypatch.setattr(chosen, "FAST", True)
    assert not rendered.whole(run())
