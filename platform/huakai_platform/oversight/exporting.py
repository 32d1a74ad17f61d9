"""The picture as a workbook: the regions below, and the twelve months."""

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column, Styled
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.oversight.picture import Numbers, Picture

Line = list[Content | Styled]

TITLES = (
    _("在管站点"),
    _("已开通"),
    _("待开通"),
    _("应完成检查单"),
    _("已完成检查单"),
    _("完成率(%)"),
    _("逾期检查单"),
    _("核心项不合格"),
)


def workbook(picture: Picture, name: str) -> bytes:
    """What the page shows, under `name`."""
    numbers = [Column(title.render(), 14) for title in TITLES]
    month, as_of = f"{picture.month:%Y-%m}", picture.as_of.astimezone(CHINA) if picture.as_of else None
    below: list[Line] = [[row.name, row.code, *cells(row.numbers)] for row in picture.below]
    below.append([_("合计").render(), picture.code, *cells(picture.numbers)])
    below.append([])
    below.append([Styled(_("月份").render(), "note"), month])
    below.append([Styled(_("数据截至").render(), "note"), as_of])
    series: list[Line] = [[f"{one:%Y-%m}", *cells(found)] for one, found in picture.series if found]
    return workbooks.write(
        workbooks.table(name, [Column(_("地区").render(), 24), Column(_("代码").render(), 16), *numbers], below),
        workbooks.table(_("近十二个月").render(), [Column(_("月份").render(), 12), *numbers], series),
    )


def cells(numbers: Numbers) -> list[int | None]:
    return [
        numbers.sites,
        numbers.open,
        numbers.waiting,
        numbers.due,
        numbers.done,
        numbers.share,
        numbers["checklists_overdue"],
        numbers.failures,
    ]
