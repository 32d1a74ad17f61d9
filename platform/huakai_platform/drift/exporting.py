"""The lists of departures and of waivers as workbooks."""

from collections.abc import Callable, Iterable
from typing import Any

from huakai_platform.drift.listing import COUNTS
from huakai_platform.drift.words import CLASSES, KINDS, STATES, WRONGS
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.onboarding.listing import Listing

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


def workbook(listing: Listing) -> bytes:
    columns = [Column(title.render(), width) for title, width in TITLES]
    rows = [_row(row, listing.place(row)) for row in listing.rows]
    return workbooks.write(workbooks.table(_("偏离").render(), columns, rows))


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


def _row(row: Any, place: str) -> list[Any]:
    counts = [getattr(row, name) for name in COUNTS]
    return [row.code, row.name, place, row.tier, *counts, row.as_of.isoformat(), "; ".join(map(_said, row.findings))]


def _said(one: dict[str, Any]) -> str:
    """`岗位 counsellor.A：空缺（无说明）`, in the reader's language."""
    kind = KINDS[one["kind"]].render() if one["kind"] in KINDS else one["kind"]
    wrong = f" {WRONGS[one['wrong']].render()}" if one["wrong"] in WRONGS else ""
    return f"{kind} {one['code']}{wrong} [{CLASSES[one['class']].render()}]"
