"""The list of proposals as a workbook."""

from collections.abc import Callable, Sequence
from typing import Any

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.proposals.spots import Spot
from huakai_platform.proposals.words import STATES

MOST = 20_000
TITLES = (
    (_("定义"), 20),
    (_("条目"), 40),
    (_("建议"), 60),
    (_("理由"), 60),
    (_("提出"), 30),
    (_("日期"), 12),
    (_("状态"), 10),
    (_("答复"), 40),
)


def workbook(rows: Sequence[tuple[Any, Spot]], say: Callable[[Any], str]) -> bytes:
    """`say` puts a text of the standard into the reader's language."""
    columns = [Column(title.render(), width) for title, width in TITLES]
    return workbooks.write(workbooks.table(_("建议").render(), columns, [_row(row, spot, say) for row, spot in rows]))


def _row(row: Any, spot: Spot, say: Callable[[Any], str]) -> list[Any]:
    by = row.site or row.maker
    day = row.made_at.astimezone(CHINA).date().isoformat()
    state = STATES[row.state][0].render()
    return [say(spot.title), say(spot.entry), row.change, row.reason, by, day, state, row.answer]
