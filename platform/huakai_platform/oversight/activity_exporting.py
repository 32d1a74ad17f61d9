"""A region's activities as a workbook: by month, by place, by region, and the totals on a sheet of their own."""

from collections.abc import Sequence
from typing import Any

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.oversight.activities import COUNTED, Activities
from huakai_platform.oversight.picture import Numbers

TITLES: Sequence[Message] = (
    _("举办活动"),
    _("场次"),
    _("人次"),
    _("其中估计的人次"),
    _("人数"),
    _("其中估计的人数"),
)
TOTAL = _("汇总数，不与逐次登记的活动相加")


def cells(numbers: Numbers) -> list[int]:
    return [
        numbers["activities_held"],
        numbers["activity_sessions"],
        numbers["activity_attendances"],
        numbers["activity_attendances_estimated"],
        numbers["activity_people"],
        numbers["activity_people_estimated"],
    ]


def workbook(seen: Activities, name: str) -> bytes:
    months = [[f"{month:%Y-%m}", *cells(numbers)] for month, numbers in seen.months]
    places = [[label.render(), *numbers] for label, numbers in seen.places()]
    below = [[row.name, row.code, *cells(row.numbers)] for row in seen.below]
    below.append([name, seen.code, *cells(seen.numbers)])
    totals = [
        [one.name, one.from_on, one.to_on, *(getattr(one, counted) for counted in COUNTED), one.sites, one.source]
        for one in seen.reported
    ]
    whole = [seen.totals[f"activity_total_{counted}"] for counted in COUNTED]
    totals.append([TOTAL.render(), None, None, *whole, None, None])
    return workbooks.write(
        _sheet(f"{seen.year}", (_("月份"), *TITLES), months),
        _sheet(_("四进和方向").render(), (_("四进"), _("场次"), _("人次"), _("人数")), places),
        _sheet(_("下级地区").render(), (_("地区"), _("代码"), *TITLES), below),
        _sheet(
            _("往期汇总").render(),
            (_("地区"), _("从"), _("至"), _("场次"), _("人次"), _("人数"), _("涉及站点数"), _("数字的来源")),
            totals,
        ),
    )


def _sheet(name: str, titles: Sequence[Message], lines: Sequence[Sequence[Any]]) -> Any:
    return workbooks.table(name, [Column(title.render(), 16) for title in titles], lines)
