"""The pages of an import, the same for every list: upload, dry run, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Choice, Code, Flag, Form, Page
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.text import file_name
from huakai_platform.kernel.workbooks import lists
from huakai_platform.web import inputs
from huakai_platform.web.pages import say

STATES = ("added", "changed", "unchanged", "faulty")
"""What a row of a list may come to."""
PAGE_SIZE = 100
Answer = BaseResponse | str | tuple[str, int]


class Template(Form):
    filled = Flag(load_default=False)


class Asked(Form):
    show = Choice(STATES)
    page = Page()


class Application(Form):
    mark = Code(r"[0-9a-f]{64}", required=True)


class OnlyFile(Form):
    """A form of which only the file matters."""


@dataclass(frozen=True)
class ImportFlow:
    """One kind of list: where its uploads are kept, how they are judged and written, and its words.

    An upload has `state`, `filename`, `summary`, `created_at` and `ended_at`; a report `listing`, `rows`, `counts` and
    `preview_digest`; a row `row`, `state` and `errors`.
    """

    folder: str
    """Of its pages: `imports`, `import_report` and `imported`."""
    missing: Message
    moved: Message
    """Said when no file was chosen, and when things changed after the dry run."""
    written: Callable[[int], str]
    get: Callable[..., Any]
    forget: Callable[[], None]
    latest: Callable[[], Sequence[Any]]
    columns: Callable[[], Sequence[Any]]
    guide: Sequence[str]
    check: Callable[[str, bytes], UUID]
    report: Callable[[Any], Any]
    apply: Callable[[Any, str], Mapping[str, int] | None]
    """Counts by state; None, and nothing written, when the preview digest is not that of what the list would do now."""
    discard: Callable[[Any], None]
    words: Callable[[str | None], dict[str, Any]] = lambda _here: {}
    """What the pages of this list say besides; `here` is `report` or `result` below the first page."""
    place: Mapping[str, Any] = field(default_factory=dict)
    """What stands in every address of this list."""

    def start(self, errors: Mapping[str, list[str]] | None = None) -> str:
        """The first page; uploads that were left lying go when somebody comes here."""
        self.forget()
        known = {"latest": self.latest(), "columns": self.columns(), "guide": self.guide}
        return self._page("imports", None, errors=errors or {}, **known)

    def upload(self) -> Answer:
        """Keep the file for its dry run; one that cannot be read comes back with the reason."""
        file = request.files.get("file")
        try:
            if not inputs.form(OnlyFile()).ok or file is None or not file.filename:
                raise FileRefused(self.missing)
            import_id = self.check(file_name(file.filename), file.read())
        except FileRefused as refused:
            return self.start({"file": [refused.message]}), 422
        return self._onward(import_id)

    def show(self, import_id: UUID) -> Answer:
        """The dry run row by row, or what came of it."""
        row, asked = self.get(import_id), inputs.query(Asked())
        if row.state != "checked":
            return self._page("imported", "result", kept=row)
        found, show = self.report(row), asked.get("show")
        lines = [one for one in found.rows if show in (None, one.state)]
        pages = max(1, -(-len(lines) // PAGE_SIZE))
        page = min(asked["page"], pages)
        shown = [
            (one, lists.addressed(found.listing, one.row, one.errors))
            for one in lines[(page - 1) * PAGE_SIZE :][:PAGE_SIZE]
        ]
        about = {"counts": found.counts, "total": len(lines), "page": page, "pages": pages, "show": show}
        return self._page("import_report", "report", kept=row, found=found, lines=shown, **about)

    def confirm(self, import_id: UUID) -> BaseResponse:
        """Write the rows that are right, once; else say why nothing was written."""
        row, given = self.get(import_id, lock=True), inputs.form(Application())
        if row.state == "checked":
            done = self.apply(row, given.values.get("mark", ""))
            if done is None:
                flash(say(self._unwritten(row, given.ok)), "warn")
            else:
                flash(self.written(done["added"] + done["changed"]), "ok")
        return self._onward(import_id)

    def _unwritten(self, row: Any, marked: bool) -> Message:
        """Why nothing was written; only what was confirmed before can have changed since."""
        if marked:
            return self.moved
        counts = self.report(row).counts
        return unmarked(bool(counts["added"] or counts["changed"]))

    def give_up(self, import_id: UUID) -> BaseResponse:
        inputs.form(OnlyFile())
        self.discard(self.get(import_id, lock=True))
        flash(gettext("已放弃这次导入，上传的文件已删除。"), "ok")
        return redirect(url_for(".imports", **self.place), 303)

    def _onward(self, import_id: UUID) -> BaseResponse:
        return redirect(url_for(".import_report", import_id=import_id, **self.place), 303)

    def _page(self, name: str, here: str | None, **known: Any) -> str:
        about = {**self.words(here), **known, "place": self.place, "key": str(uuid7())}
        return render_template(f"{self.folder}/{name}.html", **about)


def unmarked(anything: bool) -> Message:
    """Why nothing was written of a list that nobody confirmed; `anything` is whether it has rows to write."""
    if anything:
        return _("没有写入：请先核对检查结果，再在这一页确认。")
    return _("没有写入：这张表里没有可以写入的行。")


def filled() -> bool:
    """Whether the template is asked for with what is known already."""
    return bool(inputs.query(Template())["filled"])
