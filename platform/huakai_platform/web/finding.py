"""Go anywhere: pages found by their name in either language or by the initials of their characters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask_babel import force_locale, gettext
from werkzeug import Response

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.fields import Form, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, guard
from huakai_platform.web.navigation import MENU, Entry, open_to

MORE = (
    Entry(_("新建申报"), "onboarding.new_site", "plus", Permission.SITES_PREPARE),
    Entry(_("导入地区"), "regions.import_form", "file-up", Permission.REGIONS_IMPORT),
    Entry(_("新建账号"), "identity.new_account", "user-plus", Permission.ACCOUNTS_MANAGE),
    Entry(_("我的账号"), "identity.account", "user", Permission.SELF),
    Entry(_("登录设备"), "identity.device_list", "monitor", Permission.SELF),
    Entry(_("切换身份"), "identity.memberships", "refresh-cw", Permission.SELF),
    Entry(_("帮助"), "help.index", "circle-question-mark", Permission.SELF),
)
"""Pages that one may go to, though the menu does not name them."""

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True)
class Hit:
    """Something found: a page, a site, a checklist."""

    label: Message | str
    href: str
    icon: str
    note: Message | str = ""


class Asked(Form):
    q = Text(max_length=60, load_default="")


@blueprint.get("/search")
@guard(Permission.SELF)
def anywhere() -> Response:
    """On to the search of one's own plane."""
    words, role = inputs.query(Asked())["q"], actor().role
    if role is None:
        return redirect(url_for("identity.memberships"), 303)
    return redirect(url_for(f"{HERE[role.plane]}", q=words or None), 303)


HERE = {"console": "onboarding.search", "room": "room_search.index"}


def pages(actor: Actor, words: str) -> list[Hit]:
    """The pages open to the actor whose name holds the words; all of them when nothing is asked."""
    wanted = search.fold(words)
    return [_hit(entry) for entry in _entries(actor) if not wanted or matches(entry.label, wanted)]


def matches(label: Message, wanted: str) -> bool:
    """By a part of the name in Chinese or English, or by the first letters of its characters."""
    with force_locale("en"):
        english = search.fold(label.render(gettext))
    said = search.fold(str(label))
    return wanted in said or wanted in english or (wanted.isascii() and wanted in search.initials(said))


def fragment() -> bool:
    """Whether only the list of what was found is asked for."""
    return request.headers.get("HX-Target") == "goto-hits"


def _entries(actor: Actor) -> Iterator[Entry]:
    entries: Sequence[Entry] = [*(entry for _label, section in MENU for entry in section), *MORE]
    return (entry for entry in entries if open_to(entry, actor))


def _hit(entry: Entry) -> Hit:
    return Hit(entry.label, url_for(entry.endpoint), entry.icon)
