"""What a person was told: one's own notices, in the console and in a room."""

from collections.abc import Callable
from functools import partial, update_wrapper
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import notices
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Form, Page
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.destinations import opens

PLACES = (
    ("notices", "/console/notices", Permission.NOTICES_READ),
    ("room_notices", "/room/notices", Permission.ROOM_NOTICES_READ),
)


class Asked(Form):
    show = Choice(["unread"])
    page = Page()


def index() -> str:
    asked = inputs.query(Asked())
    listing = notices.mine(db(), actor(), unread=asked.get("show") == "unread", page=asked["page"])
    return render_template("notices/index.html", listing=listing, opens=opens, here=request.blueprint)


def open_notice(notice_id: UUID) -> BaseResponse:
    """Mark it as read and go where it points, if that is a page here."""
    href = notices.read(db(), actor(), notice_id)
    return redirect(href if opens(href) else url_for(".index"), 303)


def read(notice_id: UUID) -> BaseResponse:
    notices.read(db(), actor(), notice_id)
    return redirect(url_for(".index"), 303)


def read_all() -> BaseResponse:
    number = notices.read_all(db(), actor())
    said = ngettext("已标记 %(num)s 条为已读。", "已标记 %(num)s 条为已读。", number)
    flash(said if number else gettext("没有未读的通知。"), "ok")
    return redirect(url_for(".index"), 303)


ROUTES: tuple[tuple[str, str, Callable[..., str | Response | BaseResponse], str | None], ...] = (
    ("GET", "", index, None),
    ("POST", "/reading", read_all, None),
    ("POST", "/<uuid:notice_id>/opening", open_notice, "notice"),
    ("POST", "/<uuid:notice_id>/reading", read, "notice"),
)


def _pages(name: str, prefix: str, permission: Permission) -> Blueprint:
    made = Blueprint(name, __name__, url_prefix=prefix)
    for method, path, deed, sample in ROUTES:
        view = guard(permission, sample=sample)(update_wrapper(partial(deed), deed))
        made.add_url_rule(path, deed.__name__, view, methods=[method])
    return made


console, room = (_pages(*place) for place in PLACES)
