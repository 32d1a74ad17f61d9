"""The list of standings as a workbook."""

from typing import Any

from huakai_platform.compliance.words import GRADES
from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import SiteState
from huakai_platform.kernel.workbooks import Column
from huakai_platform.onboarding.listing import Listing

MOST, MOST_ON_PAPER = 20_000, 2_000
TITLES = (
    (_("编号"), 16),
    (_("站点"), 30),
    (_("地区"), 30),
    (_("状态"), 12),
    (_("开始运营"), 12),
    (_("评估日"), 12),
    (_("指标集"), 8),
    (_("得分"), 10),
    (_("可评分值"), 10),
    (_("得分率"), 10),
    (_("等级"), 10),
    (_("核心指标不合格"), 24),
    (_("风险"), 8),
)


def workbook(listing: Listing) -> bytes:
    columns = [Column(title.render(), width) for title, width in TITLES]
    rows = [_row(row, listing.place(row)) for row in listing.rows]
    return workbooks.write(workbooks.table(_("合规").render(), columns, rows))


def _row(row: Any, place: str) -> list[Any]:
    grade = GRADES.get(row.grade)
    return [
        row.code,
        row.name,
        place,
        SiteState(row.state).label.render(),
        row.operating_since.isoformat() if row.operating_since else None,
        row.as_of.isoformat() if row.as_of else None,
        row.age_set,
        row.points,
        row.possible,
        row.percent,
        grade.render() if grade else row.grade,
        ", ".join(row.failed_core or ()),
        row.risk,
    ]
