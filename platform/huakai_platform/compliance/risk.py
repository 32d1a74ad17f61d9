"""Where to look first: a number from 0 to 100 that is the plain sum of its parts, each with its own ceiling."""

from dataclasses import dataclass

from huakai_platform.compliance.scoring import Result
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.measured import Signals

CORE, POINT, POINTS, LIST, LISTS, CHECK, CHECKS, SCORE = 30, 5, 20, 2, 15, 5, 10, 10
QUIET = ((30, 15), (14, 10), (7, 5))
"""More than so many days without any record: so many points."""

LABELS: dict[str, Message] = {
    "core": _("核心指标不合格"),
    "points": _("逾期的待整改项"),
    "checklists": _("逾期的检查单"),
    "backgrounds": _("背景查询缺失或过期"),
    "quiet": _("没有记录的天数"),
    "score": _("得分率低"),
}
CEILINGS = {"core": CORE, "points": POINTS, "checklists": LISTS, "backgrounds": CHECKS, "quiet": 15, "score": SCORE}


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    count: int | None
    """How many, how many days, or the percent; None where there is nothing to count."""
    points: int

    @property
    def label(self) -> Message:
        return LABELS[self.code]

    @property
    def ceiling(self) -> int:
        return CEILINGS[self.code]


def parts(result: Result, signals: Signals) -> tuple[Part, ...]:
    """Every part, also those that add nothing; what was never measured or never written gets the ceiling."""
    percent = None if result.percent is None else int(result.percent)
    return (
        Part("core", len(result.failed_core), CORE if result.failed_core else 0),
        Part("points", signals.overdue_points, min(POINTS, POINT * signals.overdue_points)),
        Part("checklists", signals.overdue_checklists, min(LISTS, LIST * signals.overdue_checklists)),
        Part("backgrounds", signals.unchecked_backgrounds, min(CHECKS, CHECK * signals.unchecked_backgrounds)),
        Part("quiet", signals.quiet_days, _quiet(signals.quiet_days)),
        Part("score", percent, SCORE if percent is None else (100 - percent) * SCORE // 100),
    )


def total(found: tuple[Part, ...]) -> int:
    return sum(part.points for part in found)


def _quiet(days: int | None) -> int:
    if days is None:
        return CEILINGS["quiet"]
    return next((points for more_than, points in QUIET if days > more_than), 0)
