"""The page on which a person keeps what a list shows under a name, and takes such views away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from flask import flash, redirect, render_template
from flask_babel import gettext

from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.fields import Flag, Form, Id, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.resources import saved_views, words
from huakai_platform.resources.fields import C, L
from huakai_platform.resources.pages import Answer, Pages
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db
from huakai_platform.web.inputs import FormResult

LABELS: Mapping[str, Message] = {"name": _("名称"), "shared": _("与能看这个列表的同事共享")}


class Saving(Form):
    name = Text(required=True, max_length=30)
    shared = Flag(load_default=False)


class Removing(Form):
    remove = Id(required=True)


@dataclass(frozen=True)
class ViewPages(Generic[C, L]):
    """The saved views of one list; the address holds the question that is to be kept."""

    pages: Pages[C, L]

    def views(self) -> Answer:
        return self._page(FormResult({}))

    def save(self) -> Answer:
        given = inputs.form(Saving())
        if not given.ok:
            return self._page(given, 422)
        query = urlencode(self.pages.shown(self.pages.given()), doseq=True)
        try:
            view = saved_views.save(db(), actor(), self.pages.kept_as, query=query, **given.values)
        except Conflict as refused:
            return self._page(given.with_error("name", refused.message), refused.status)
        flash(gettext("已保存视图“%(name)s”。", name=view.name), "ok")
        return redirect(self.address(query), 303)

    def remove(self) -> Answer:
        given = inputs.form(Removing())
        if not given.ok:
            return self._page(FormResult({}), 422)
        view: UUID = given.values["remove"]
        gone = saved_views.remove(db(), actor(), self.pages.kept_as, view)
        flash(gettext("已删除视图“%(name)s”。", name=gone.name), "ok")
        return redirect(self.pages.list_address(), 303)

    def address(self, query: str) -> str:
        return self.pages.list_address(**parse_qs(query))

    def _page(self, given: FormResult, status: int = 200) -> Answer:
        asked = self.pages.asked()
        kept, context = asked.given, asked.context
        narrowed = [
            (one.label, words.choices(one, context).get(str(kept[one.name]), str(kept[one.name])))
            for one in self.pages.narrowed(kept)
        ]
        shown = render_template(
            "resources/views.html",
            views=saved_views.of(db(), actor(), self.pages.kept_as),
            said_filters=narrowed,
            values=given.raw,
            errors=given.errors,
            field_labels=LABELS,
            **self.pages.question(kept, context),
            **self.pages.words(context),
        )
        return (shown, status) if status != 200 else shown
