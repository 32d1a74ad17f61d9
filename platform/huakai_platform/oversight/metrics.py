"""Every number that may leave a site: the whole page."""

import re
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
    whole: str | None = None
    """Of which count of people this one is a part."""


GONE = frozenset({SiteState.CLOSED, SiteState.DECLINED})
"""A site in one of these is remembered, but no longer looked after."""
KINDS = {SiteKind.ROOM: "rooms", SiteKind.CENTER: "centers"}

VENUES: Mapping[str, Message] = {
    "organ": _("进机关"),
    "community": _("进社区"),
    "school": _("进校园"),
    "enterprise": _("进企业"),
}
DIRECTIONS: Mapping[str, Message] = {"out": _("走出去"), "in": _("走进来")}
_COUNTED: Mapping[str, Message] = {"sessions": _("场次"), "attendances": _("人次"), "people": _("人数")}
ACTIVITIES: Mapping[str, Metric] = {
    "activities_held": Metric(_("举办活动")),
    **{f"activity_{name}": Metric(_("活动{what}", what=what)) for name, what in _COUNTED.items()},
    **{f"activity_{name}_estimated": Metric(_("其中估计的{what}", what=what)) for name, what in _COUNTED.items()},
    **{
        f"activity_{name}_{code}": Metric(_("{place}的{what}", place=place, what=what))
        for name, what in _COUNTED.items()
        for code, place in (*VENUES.items(), *DIRECTIONS.items())
    },
    **{f"activity_total_{name}": Metric(_("汇总上报的{what}", what=what)) for name, what in _COUNTED.items()},
    "activity_themes_planned": Metric(_("计划的每月主题")),
    "activity_themes_held": Metric(_("已开展的每月主题")),
}
"""How many came to an open event is work done, as attendances are: nobody is on a list, and it is split by where the
event was, never by who came. How many of them need help is not here: that number stays in the room."""

METRICS: Mapping[str, Metric] = {
    "sites": Metric(_("站点")),
    "rooms": Metric(SiteKind.ROOM.label),
    "centers": Metric(SiteKind.CENTER.label),
    **{f"state_{state}": Metric(state.label) for state in SiteState},
    "communities_open": Metric(_("有开放站点的村（社区）")),
    "townships_open": Metric(_("有开放站点的乡镇（街道）")),
    "checklists_due": Metric(_("应完成检查单")),
    "checklists_done": Metric(_("已完成检查单")),
    "checklists_on_time": Metric(_("按时完成检查单")),
    "checklists_overdue": Metric(_("逾期检查单")),
    "core_failures": Metric(_("核心项不合格")),
    "points_open": Metric(_("待整改项")),
    "points_overdue": Metric(_("逾期待整改项")),
    **ACTIVITIES,
    "spaces_required": Metric(_("应有空间")),
    "spaces_ready": Metric(_("已可使用的应有空间")),
    "sites_counselling": Metric(_("有咨询功能空间的站点")),
    "equipment_required": Metric(_("应配设备种类")),
    "equipment_present": Metric(_("已配齐设备种类")),
    "equipment_out_of_order": Metric(_("故障或在修设备")),
    "wall_documents_required": Metric(_("应上墙文件")),
    "wall_documents_current": Metric(_("照片在有效期内的上墙文件")),
    "staff": Metric(_("在岗人员"), Nature.PERSON),
    "staff_untrained": Metric(_("培训未达标人员"), Nature.PERSON, "staff"),
    "staff_unrecorded": Metric(_("没有任何培训记录的人员"), Nature.PERSON, "staff_untrained"),
    "staff_counselling": Metric(_("须持证岗位人员"), Nature.PERSON, "staff"),
    "staff_certified": Metric(_("持有效证书人员"), Nature.PERSON, "staff_counselling"),
    "staff_expiring": Metric(_("90 天内证书到期人员"), Nature.PERSON, "staff"),
}
"""A whole stands before its parts."""
PERSONS: Mapping[str, str | None] = {
    name: metric.whole for name, metric in METRICS.items() if metric.nature is Nature.PERSON
}
"""Counts of people, each with its whole. They leave only through a release."""

STANDING = frozenset({"sites", *KINDS.values(), *(f"state_{state}" for state in SiteState)})
"""What a site is, as against what it has done."""


REGISTER = re.compile(r"reg_[a-z](?:[a-z0-9_]{0,30}[a-z0-9])?_[a-z](?:[a-z0-9_]{0,30}[a-z0-9])?")
"""What a register of the edition counts: work, under names that are data. Registers count no persons."""


class UnknownMetric(ValueError):
    """A number that is not on the page."""


def checked(numbers: Mapping[str, int], nature: Nature = Nature.WORKLOAD) -> dict[str, int]:
    """The same numbers, all of them on the page, of one nature and whole. Raises UnknownMetric."""
    for name, number in numbers.items():
        if nature_of(name) is not nature or type(number) is not int:
            raise UnknownMetric(name)
    return dict(numbers)


def nature_of(name: str) -> Nature | None:
    """What a number counts; None when it is not on the page."""
    if name in METRICS:
        return METRICS[name].nature
    return Nature.WORKLOAD if REGISTER.fullmatch(name) else None
