"""The picture as rows: for the tables under the charts and for workbooks, the same columns in both."""

from collections.abc import Mapping, Sequence

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import SiteState
from huakai_platform.kernel.workbooks import Column, Styled
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.oversight.figures import Figure, Figures
from huakai_platform.oversight.metrics import METRICS, PERSONS
from huakai_platform.oversight.picture import Numbers, Picture, coverage
from huakai_platform.oversight.site_numbers import Ranking

Line = list[Content | Styled]

TITLES = (
    _("在管站点"),
    _("已开通"),
    _("待开通"),
    _("有开放站点的村（社区）"),
    _("有开放站点的乡镇（街道）"),
    _("应完成检查单"),
    _("已完成检查单"),
    _("完成率(%)"),
    _("逾期检查单"),
    _("核心项不合格"),
    _("未关闭整改项"),
    _("逾期整改项"),
)
NOTHING = [None] * len(TITLES)
"""A month of which nothing is known."""
PEOPLE = tuple(METRICS[name].label for name in PERSONS)
PROTECTED = _("受保护")
SITE_TITLES: tuple[Message, ...] = (
    _("应完成检查单"),
    _("已完成检查单"),
    _("完成率(%)"),
    _("逾期检查单"),
    _("核心项不合格"),
    _("未关闭整改项"),
    _("逾期整改项"),
)


def cells(numbers: Numbers) -> list[int | None]:
    standing = [numbers.sites, numbers.open, numbers.waiting, numbers["communities_open"], numbers["townships_open"]]
    return [*standing, *site_cells(numbers)]


def site_cells(numbers: Numbers) -> list[int | None]:
    """What a site has done; points only where they are counted."""
    return [
        numbers.due,
        numbers.done,
        numbers.share,
        numbers["checklists_overdue"],
        numbers.failures,
        numbers.points,
        numbers.metrics.get("points_overdue"),
    ]


def people(told: Figures) -> Line:
    """Released counts, each with its month where it is known."""
    line: Line = []
    for name in PERSONS:
        figure = told[name]
        line += [_said(figure), f"{figure.month:%Y-%m}" if figure.month else None]
    return line


def tellings(told: Mapping[str, int]) -> Line:
    return [told[name] if name in told else PROTECTED.render() for name in PERSONS]


def workbook(picture: Picture, name: str) -> bytes:
    """What the page shows, under `name`."""
    numbers = [Column(title.render(), 14) for title in (*TITLES, _("覆盖率(%)"))]
    persons = [Column(title.render(), 14) for label in PEOPLE for title in (label, _("截至月份"))]
    month, as_of = f"{picture.month:%Y-%m}", picture.as_of.astimezone(CHINA) if picture.as_of else None
    below: list[Line] = [
        [row.name, row.code, *cells(row.numbers), row.coverage, *people(row.people)] for row in picture.below
    ]
    whole = [*cells(picture.numbers), coverage(picture.numbers, picture.extent), *people(picture.people)]
    below.append([_("合计").render(), picture.code, *whole])
    below.append([])
    below.append([Styled(_("月份").render(), "note"), month])
    below.append([Styled(_("数据截至").render(), "note"), as_of])
    below.append([Styled(_("人数数据少于门槛的不显示，见“受保护”。").render(), "note")])
    return workbooks.write(
        workbooks.table(
            name, [Column(_("地区").render(), 24), Column(_("代码").render(), 16), *numbers, *persons], below
        ),
        workbooks.table(
            _("近十二个月").render(),
            [Column(title.render(), 14) for title in (_("月份"), *TITLES, *PEOPLE)],
            _series(picture),
        ),
        workbooks.table(
            _("站点状态").render(),
            [Column(_("状态").render(), 16), Column(_("站点").render(), 12)],
            _states(picture.states),
        ),
    )


def sites(ranking: Ranking) -> bytes:
    """The ranking of sites, all pages of it."""
    titles = (_("站点"), _("编号"), _("状态"), *SITE_TITLES)
    lines: list[Line] = [
        [row.name, row.code, SiteState(row.state).label.render(), *site_cells(row.numbers)] for row in ranking.lines
    ]
    return workbooks.write(
        workbooks.table(f"{ranking.month:%Y-%m}", [Column(one.render(), 16) for one in titles], lines)
    )


def _series(picture: Picture) -> list[Line]:
    told = picture.tellings
    return [[f"{one:%Y-%m}", *cells(found), *tellings(told.get(one, {}))] for one, found in picture.series if found]


def _states(states: Sequence[tuple[SiteState, int]]) -> list[Line]:
    return [[state.label.render(), number] for state, number in states]


def _said(figure: Figure) -> int | str:
    return PROTECTED.render() if figure.value is None else figure.value
