"""Icons come from lucide or not at all."""

import pytest

from huakai_templates.icons import UnknownIcon, icon


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(UnknownIcon):
        icon("no-such-icon")


def test_an_icon_beside_a_word_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in icon("house")


def test_an_icon_instead_of_a_word_bears_the_word_safely() -> None:
    drawn = icon("house", 16, '首页"><b>')

    assert 'role="img"' in drawn
    assert 'width="16"' in drawn
    assert "<b>" not in drawn
