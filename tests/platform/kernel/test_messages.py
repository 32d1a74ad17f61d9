"""Messages with parameters, lists within them, and messages kept for later."""

import pytest
from jinja2 import Environment
from sqlalchemy.dialects import postgresql

from huakai_platform.kernel import i18n
from huakai_platform.kernel.i18n import Message, _, listed, pack, unpack
from huakai_platform.kernel.message_types import MessageType

ENGLISH = {"{said}、{part}": "{said}, {part}", "缺少：{what}。": "Missing: {what}.", "站点": "site", "": "a header"}
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def in_english(message: str) -> str:
    return message.render(lambda text: ENGLISH.get(text, text)) if isinstance(message, Message) else message


@pytest.mark.parametrize(
    ("parts", "chinese", "english"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        ([_("站点"), "B", _("站点")], "站点、B、站点", "site, B, site"),
        (["", "A", "", "B"], "A、B", "A, B"),
        (["A"] * 5000, "、".join("A" * 5000), ", ".join("A" * 5000)),
    ],
)
def test_a_list_is_said_in_the_readers_language(parts: list[str], chinese: str, english: str) -> None:
    said = listed(parts)
    assert (str(said), in_english(said)) == (chinese, english)


def test_a_message_within_a_message_is_translated_too() -> None:
    assert in_english(_("缺少：{what}。", what=listed([_("站点"), "{odd}"]))) == "Missing: site, {odd}."


def test_nothing_is_said_as_nothing() -> None:
    assert in_english(_("")) == ""


def test_a_page_says_a_message_within_its_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "translate", lambda text: ENGLISH.get(text, text))
    page = "{{ '<b>' ~ word }}{{ [word, word]|join('/') }}{{ {'title': word}|xmlattr }}{{ '%s'|safe|format(word) }}"
    shown = Environment(autoescape=True).from_string(page).render(word=_("缺少：{what}。", what="<i>"))
    assert "<i>" not in shown
    assert shown.count("Missing: &lt;i&gt;.") == 5


def test_a_kept_message_can_still_be_translated() -> None:
    kept = unpack(pack(_("缺少：{what}。", what=_("站点"))))
    assert (kept, in_english(kept)) == ("缺少：站点。", "Missing: site.")


@pytest.mark.parametrize("text", [None, "", "plain", '{"text"', _("缺少：{what}。", what=_("站点"))])
def test_a_column_gives_back_what_it_was_told(text: str | None) -> None:
    told = MessageType()
    back = told.process_result_value(told.process_bind_param(text, DIALECT), DIALECT)
    assert (back, type(back)) == (text, type(text))
