"""One release: what the dry run says, how far its waves are, its sites, and all of it as a workbook."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, url_for

from huakai_platform.kernel import operations, workbooks
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Form, Int, Page, RegionCode, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.onboarding import listing as sites
from huakai_platform.releases import listing, service, trials
from huakai_platform.releases.models import Reached, Release
from huakai_platform.releases.views.blueprints import blueprint
from huakai_platform.resources import exporting, lists
from huakai_platform.standards import service as standards
from huakai_platform.standards.difference import Sort
from huakai_platform.standards.models import Edition
from huakai_platform.standards.views.comparing import SORTS as CHANGES
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.pages import say


class SitesQuery(Form):
    q = Text(max_length=60)
    region = RegionCode()
    wave = Int(1, 9)
    state = Choice(list(Reached))
    effect = Choice(list(listing.EFFECTS))
    sort = Choice([*listing.SORTS, *(f"-{name}" for name in listing.SORTS)], load_default="code")
    page = Page()


@blueprint.get("/<uuid:release_id>")
@guard(Permission.RELEASES_READ, sample="release")
def show(release_id: UUID) -> str:
    asked = inputs.query(SitesQuery())
    release = service.get(db(), actor(), release_id)
    edition = db().get_one(Edition, release.edition_id)
    waves = service.waves(db(), release_id)
    return render_template(
        "releases/show.html",
        release=release,
        edition=edition,
        summary=listing.summary(db(), actor(), release_id),
        counts=listing.count(db(), actor(), [release_id])[release_id],
        waves=waves,
        by_wave=listing.waves(db(), actor(), release_id),
        trying=operations.progress(db(), release.check_id) if release.check_id else None,
        tried=trials.complete(db(), release_id),
        found=listing.list_page(db(), actor(), release_id, asked),
        before=standards.previous(db(), edition),
        states=listing.STATES,
        reached=listing.REACHED,
        effects=listing.EFFECTS.items(),
        sorts=CHANGES,
        grades={one["code"]: one["title"] for one in standards.body(db(), edition.id, "indicators")["grades"]},
        crumbs=[(_("标准发布"), url_for(".index")), (release.title, None)],
    )


@blueprint.get("/<uuid:release_id>/export")
@guard(Permission.RELEASES_READ, sample="release")
def export(release_id: UUID) -> Response:
    """Every site of the release that the filters leave, with what the dry run found and what was done."""
    release = service.get(db(), actor(), release_id)
    found = listing.all_rows(db(), actor(), release_id, inputs.query(SitesQuery()), sites.MOST)
    summary = listing.summary(db(), actor(), release_id)
    notice = exporting.cut(lists.Extract(found.rows, found.total))
    lines = [_row(row, found.place(row)) for row in found.rows]
    table = workbooks.table(say(_("站点")), _columns(), lines, above=[notice] if notice else ())
    return xlsx(workbooks.write(table, _overview(release, summary)), f"release-{release.created_at:%Y%m%d}.xlsx")


def _overview(release: Release, summary: listing.Summary) -> Any:
    lines: list[tuple[Message, Any]] = [
        (_("发布"), release.title),
        (_("已演练站点"), summary.tried),
        (_("得分上升"), summary.rises),
        (_("得分下降"), summary.falls),
        (_("等级变化"), summary.grades),
        (_("平均得分（发布前）"), summary.before),
        (_("平均得分（发布后）"), summary.after),
        (_("按原版本做完的检查单"), summary.open_runs),
        (_("要复核的答案"), summary.to_review),
        (_("其中将不合格"), summary.failing),
    ]
    columns = [Column(say(_("项目")), 30), Column(say(_("数量")), 30)]
    return workbooks.table(say(_("汇总")), columns, [[say(label), value] for label, value in lines])


def _columns() -> list[Column]:
    return [
        Column(say(title), width)
        for title, width in (
            (_("编号"), 16),
            (_("站点"), 28),
            (_("级别"), 8),
            (_("地区"), 30),
            (_("批次"), 8),
            (_("状态"), 10),
            *((CHANGES[sort][0], 8) for sort in Sort),
            (_("要复核的答案"), 14),
            (_("其中将不合格"), 14),
            (_("按原版本做完的检查单"), 22),
            (_("演练：现在得分"), 16),
            (_("演练：发布后得分"), 18),
            (_("更换时间"), 18),
            (_("更换前得分"), 12),
            (_("更换后得分"), 12),
            (_("站点确认"), 18),
            (_("原因"), 50),
        )
    ]


def _row(row: Any, place: str) -> list[Any]:
    found = trials.Trial.of(row.trial) if row.trial else None
    return [
        row.code,
        row.name,
        row.tier,
        place,
        row.wave,
        say(listing.REACHED[Reached(row.state)][0]),
        *(found.changes.get(sort.value, 0) if found else None for sort in Sort),
        found.to_review if found else None,
        found.failing if found else None,
        found.open_runs if found else None,
        found.before if found else None,
        found.after if found else None,
        row.moved_at,
        row.before,
        row.after,
        row.confirmed_at,
        say(row.error) if row.error else None,
    ]
