"""What changed from one edition to another, or to a draft: for the screen, for paper and for Excel."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template, url_for

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Form
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards import drafts, service, words
from huakai_platform.standards.difference import Change, Sort, difference
from huakai_platform.standards.service import Bodies
from huakai_platform.standards.views.blueprints import blueprint
from huakai_platform.standards.views.library import reading
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.pages import say

SORTS: dict[Sort, tuple[Message, str, str]] = {
    Sort.ADDED: (_("新增"), "info", "plus"),
    Sort.TIGHTENED: (_("收紧"), "warn", "arrow-up"),
    Sort.LOOSENED: (_("放宽"), "ok", "arrow-down"),
    Sort.REWORDED: (_("改写"), "mute", "pencil"),
    Sort.CHANGED: (_("改动"), "mute", "replace"),
    Sort.RETIRED: (_("停用"), "bad", "archive"),
}
"""What each sort of change is called, its tone and its picture."""


class DifferenceQuery(Form):
    sort = Choice(list(Sort))
    kind = Choice(list(words.KINDS))


@blueprint.get("/difference/<uuid:edition_id>/<uuid:later_id>")
@guard(Permission.STANDARD_READ, sample="two_editions")
def compare(edition_id: UUID, later_id: UUID) -> str:
    before, after = service.edition(db(), edition_id), service.edition(db(), later_id)
    sides = _sides(edition_id, later_id)
    return page(
        *sides,
        names=(_edition_name(before.number, before.title), _edition_name(after.number, after.title)),
        export=url_for(".export_comparison", edition_id=edition_id, later_id=later_id),
        swap=url_for(".compare", edition_id=later_id, later_id=edition_id),
    )


@blueprint.get("/difference/<uuid:edition_id>/<uuid:later_id>/export")
@guard(Permission.STANDARD_READ, sample="two_editions")
def export_comparison(edition_id: UUID, later_id: UUID) -> Response:
    numbers = [service.edition(db(), one).number for one in (edition_id, later_id)]
    return workbook(*_sides(edition_id, later_id), name=f"standard-{numbers[0]}-{numbers[1]}.xlsx")


@blueprint.get("/drafts/<uuid:draft_id>/difference")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
def compare_draft(draft_id: UUID) -> str:
    draft = drafts.load(db(), draft_id)
    base = service.edition(db(), draft.row.base_id)
    return page(
        draft.base,
        draft.bodies,
        names=(_edition_name(base.number, base.title), f"{say(_('草稿'))} {say(draft.row.title)}"),
        export=url_for(".export_draft_comparison", draft_id=draft_id),
        above=[(_("草稿"), url_for(".draft_list")), (say(draft.row.title), url_for(".draft", draft_id=draft_id))],
    )


@blueprint.get("/drafts/<uuid:draft_id>/difference/export")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
def export_draft_comparison(draft_id: UUID) -> Response:
    draft = drafts.load(db(), draft_id)
    return workbook(draft.base, draft.bodies, name="standard-draft.xlsx")


def page(
    before: Bodies,
    after: Bodies,
    *,
    names: tuple[str, str],
    export: str,
    swap: str | None = None,
    above: Sequence[tuple[Any, str]] = (),
) -> str:
    """The changes by definition, with filters by sort and kind in the address."""
    asked = inputs.query(DifferenceQuery())
    every = list(difference(before, after))
    shown = [one for one in every if _wanted(one, asked)]
    return render_template(
        "standards/difference.html",
        changes=shown,
        counts=Counter(one.sort for one in every),
        sorts=SORTS,
        names=names,
        export=export,
        swap=swap,
        before=before,
        after=after,
        crumbs=[(_("标准"), url_for(".index")), *above, (_("改动"), None)],
        **reading({**before, **after}),
    )


def workbook(before: Bodies, after: Bodies, *, name: str) -> Response:
    """The same list as a workbook, filtered by the same address."""
    asked = inputs.query(DifferenceQuery())
    titles = words.titles({**before, **after})
    columns = [
        workbooks.Column(say(title), width)
        for title, width in (
            (_("内容"), 20),
            (_("条目"), 40),
            (_("项"), 16),
            (_("变化"), 8),
            (_("原来"), 40),
            (_("现在"), 40),
        )
    ]
    rows = [
        [
            say((after.get((one.spot.kind, one.spot.code)) or before[one.spot.kind, one.spot.code])["title"]),
            " › ".join(say(entry.title) for entry in one.spot.entries),
            " › ".join(words.named(part, titles, say) for part in one.spot.field),
            say(SORTS[one.sort][0]),
            words.spoken(one.before, titles, say),
            words.spoken(one.after, titles, say),
        ]
        for one in difference(before, after)
        if _wanted(one, asked)
    ]
    return xlsx(workbooks.write(workbooks.table(say(_("改动")), columns, rows)), name)


def _wanted(one: Change, asked: Any) -> bool:
    return asked.get("sort") in (None, one.sort) and asked.get("kind") in (None, one.spot.kind)


def _sides(edition_id: UUID, later_id: UUID) -> tuple[Bodies, Bodies]:
    return service.bodies(db(), edition_id), service.bodies(db(), later_id)


def _edition_name(number: int, title: Any) -> str:
    return f"{say(_('第 {number} 版', number=number))} {say(title)}"
