"""Every number that may leave a site: the whole page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import SiteKind, SiteState


class Nature(StrEnum):
    """What a number counts; numbers of people are small ones that have to be protected, work may be shown as it is."""

    WORKLOAD = "workload"
    PERSON = "person"


@dataclass(frozen=True)
class Metric:
    label: Message
    nature: Nature = Nature.WORKLOAD


GONE = frozenset({SiteState.CLOSED, SiteState.DECLINED})
"""A site in one of these is remembered, but no longer looked after."""
KINDS = {SiteKind.ROOM: "rooms", SiteKind.CENTER: "centers"}

METRICS: Mapping[str, Metric] = {
    "sites": Metric(_("站点")),
    "rooms": Metric(SiteKind.ROOM.label),
    "centers": Metric(SiteKind.CENTER.label),
    **{f"state_{state}": Metric(state.label) for state in SiteState},
    "checklists_due": Metric(_("应完成检查单")),
    "checklists_done": Metric(_("已完成检查单")),
    "checklists_on_time": Metric(_("按时完成检查单")),
    "checklists_overdue": Metric(_("逾期检查单")),
    "core_failures": Metric(_("核心项不合格")),
}

STANDING = frozenset({"sites", *KINDS.values(), *(f"state_{state}" for state in SiteState)})
"""What a site is, as against what it has done."""


class UnknownMetric(ValueError):
    """A number that is not on the page."""


def checked(numbers: Mapping[str, int]) -> dict[str, int]:
    """The same numbers, all of them on the page and whole. Raises UnknownMetric."""
    for name, number in numbers.items():
        if name not in METRICS or type(number) is not int:
            raise UnknownMetric(name)
    return dict(numbers)
