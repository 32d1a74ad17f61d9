"""A year of the holiday table as a workbook that can be imported again."""

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.workdays.service import Year
from huakai_platform.workdays.words import FREE, WORK


def workbook(year: Year) -> bytes:
    """The days of the year that differ from Monday to Friday; none for a year that is missing."""
    rows = [[day.isoformat(), _word(works), note or ""] for day, (works, note) in sorted(year.days.items())]
    return workbooks.write(workbooks.table(_("节假日表").render(), columns(), rows))


def columns() -> list[Column]:
    words = (_word(works=True), _word(works=False))
    return [
        Column(_("日期").render(), 16, note=_("例如 2026-01-31").render()),
        Column(_("上班或休息").render(), 14, choices=words),
        Column(_("说明").render(), 30),
    ]


def _word(works: bool) -> str:
    return WORK if works else FREE
