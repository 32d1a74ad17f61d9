"""The list of departures as a workbook: the sites, and a line for each departure."""

from typing import Any

from huakai_platform.drift.listing import COUNTS, Listing
from huakai_platform.drift.words import CLASSES, KINDS, WRONGS
from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column

MOST, MOST_ON_PAPER = 20_000, 2_000
TITLES = (
    (_("编号"), 16),
    (_("站点"), 30),
    (_("地区"), 30),
    (_("级别"), 8),
    (_("符合"), 8),
    (_("允许的调整"), 12),
    (_("已豁免"), 10),
    (_("无说明"), 10),
    (_("其中核心"), 10),
    (_("核对日"), 12),
    (_("偏离项"), 80),
)


def workbook(listing: Listing) -> bytes:
    columns = [Column(title.render(), width) for title, width in TITLES]
    rows = [_row(row, listing.place(row)) for row in listing.rows]
    return workbooks.write(workbooks.table(_("偏离").render(), columns, rows))


def _row(row: Any, place: str) -> list[Any]:
    counts = [getattr(row, name) for name in COUNTS]
    return [row.code, row.name, place, row.tier, *counts, row.as_of.isoformat(), "; ".join(map(_said, row.findings))]


def _said(one: dict[str, Any]) -> str:
    """`岗位 counsellor.A：空缺（无说明）`, in the reader's language."""
    kind = KINDS[one["kind"]].render() if one["kind"] in KINDS else one["kind"]
    wrong = f" {WRONGS[one['wrong']].render()}" if one["wrong"] in WRONGS else ""
    return f"{kind} {one['code']}{wrong} [{CLASSES[one['class']].render()}]"
