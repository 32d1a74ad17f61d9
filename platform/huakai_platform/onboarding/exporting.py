"""Sites as a workbook, and the problems of a register whose file is gone."""

from typing import Any

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import SiteKind, SiteState
from huakai_platform.kernel.workbooks import Column, Styled
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.onboarding import summaries
from huakai_platform.onboarding.listing import Listing
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import FIELDS, Field, Ownership, Tier

MOST, MOST_ON_PAPER = 20_000, 2_000
OWNERSHIP_LABELS = {Ownership.DEMONSTRATION: _("市级示范"), Ownership.SELF_BUILT: _("自建")}
TIER_LABELS = {
    Tier.T1.value: _("T1 村(社区)"),
    Tier.T2.value: _("T2 乡镇(街道)"),
    Tier.T3.value: _("T3 县(区)"),
    Tier.T4.value: _("T4 学校/机关/企业"),
}
BAD = ("error", "possible_duplicate")


def sites(listing: Listing) -> bytes:
    """The sites of a list; the columns bear the register's names, so that it can be imported again."""
    columns = [
        Column(_("编号").render(), 16),
        *(Column(FIELDS[field].label.render(), FIELDS[field].width) for field in SHARED),
        Column(_("地区").render(), 30),
        Column(_("状态").render(), 12),
        Column(_("开通时间").render(), 18),
    ]
    rows = [_row(row, listing.place(row)) for row in listing.rows]
    return workbooks.write(workbooks.table(_("站点").render(), columns, rows))


def problems(kept: RegisterImport) -> bytes:
    """What kept rows out, cell by cell, from the summary."""
    columns = [
        Column(title.render(), width)
        for title, width in ((_("行"), 8), (_("单元格"), 10), (_("站点名称"), 28), (_("问题与改法"), 70))
    ]
    rows: list[list[Content | Styled]] = [
        [line.row, told.cell, line.name, told.message.render()]
        for line in summaries.lines(kept.summary)
        if line.state in BAD
        for told in line.problems
    ]
    return workbooks.write(workbooks.table(_("未导入的行").render(), columns, rows))


SHARED = (
    Field.NAME,
    Field.KIND,
    Field.TIER,
    Field.REGION_CODE,
    Field.COMMUNITY,
    Field.ADDRESS,
    Field.AREA,
    Field.OWNERSHIP,
    Field.HOST,
    Field.OPERATOR,
    Field.OPERATING_SINCE,
    Field.WEEKLY_HOURS,
)


def _row(row: Any, place: str) -> list[Any]:
    return [
        row.code,
        row.name,
        SiteKind(row.kind).label.render(),
        row.tier,
        row.place_code,
        row.community,
        row.address,
        row.area,
        OWNERSHIP_LABELS[Ownership(row.ownership)].render() if row.ownership else None,
        row.host,
        row.operator,
        row.operating_since.isoformat() if row.operating_since else None,
        row.weekly_hours,
        place,
        SiteState(row.state).label.render(),
        row.opened_at,
    ]
