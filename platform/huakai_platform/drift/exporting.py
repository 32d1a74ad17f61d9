"""The list of waivers as a workbook."""

from collections.abc import Callable, Iterable
from typing import Any

from huakai_platform.drift.words import KINDS, STATES
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column

MOST = 20_000
WAIVERS = (
    (_("编号"), 16),
    (_("站点"), 30),
    (_("种类"), 14),
    (_("要求"), 40),
    (_("理由"), 60),
    (_("申请人"), 14),
    (_("申请日期"), 12),
    (_("截止"), 12),
    (_("状态"), 10),
    (_("审批人"), 14),
    (_("答复"), 60),
)


def of_waivers(rows: Iterable[tuple[Any, Any, str]], say: Callable[[Any], str]) -> bytes:
    """Each row is a waiver, the text of what is waived, and which place of it; `say` puts a text into words."""
    columns = [Column(title.render(), width) for title, width in WAIVERS]
    lines = [_waiver(row, " ".join(filter(None, (say(title), place)))) for row, title, place in rows]
    return workbooks.write(workbooks.table(_("豁免").render(), columns, lines))


def _waiver(row: Any, what: str) -> list[Any]:
    ended = row.state == "approved" and row.ends_on < clock.today()
    state = STATES["ended" if ended else row.state][0].render()
    kind = KINDS[row.kind].render() if row.kind in KINDS else row.kind
    asked = row.asked_at.astimezone(clock.CHINA).date().isoformat()
    about = [row.asker, asked, row.ends_on.isoformat(), state, row.decider, row.answer]
    return [row.site_code, row.site, kind, what, row.reason, *about]
