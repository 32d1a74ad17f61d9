"""The page of what registers counted, and its workbook."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import get_locale

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Code, Form, Int, RegionCode
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.oversight.views.blueprints import place_name
from huakai_platform.regions.service import COUNTRY
from huakai_platform.registers import figures
from huakai_platform.registers.figures import Figures
from huakai_platform.standards.definitions.registers import SHORT
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.pages import say

YEARS = 5
blueprint = Blueprint("register_figures", __name__, url_prefix="/console/register-figures")


class FiguresQuery(Form):
    region = RegionCode()
    year = Int(2000, 2100)
    register = Code(SHORT)


@blueprint.get("")
@guard(Permission.PICTURE_READ)
def show() -> str:
    seen, this = _seen(), clock.today().year
    return render_template(
        "registers/figures.html",
        seen=seen,
        sums=seen.sums,
        place=place_name(seen.code, seen.name),
        here=_here(seen),
        years=sorted({seen.year, *range(this - YEARS + 1, this + 1)}, reverse=True),
        number=figures.number,
        share=figures.share,
        own_share=figures.own_share,
        locale=_locale(),
        crumbs=_crumbs(seen),
    )


@blueprint.get("/workbook")
@guard(Permission.PICTURE_READ)
def export() -> Response:
    """One sheet of all numbers; with a register chosen, its months and the regions below on two more."""
    seen = _seen()
    return xlsx(workbooks.write(*_sheets(seen)), f"registers-{seen.code}-{seen.year}.xlsx")


def _seen() -> Figures:
    asked = inputs.query(FiguresQuery())
    return figures.of(db(), actor(), asked.get("region"), asked.get("year"), asked.get("register"))


def _sheets(seen: Figures) -> list[Any]:
    locale, sums = _locale(), seen.sums
    lines: list[list[Any]] = [
        [one.title.of(locale), metric.title.of(locale), figures.number(one, metric, sums), metric.unit.of(locale),
         figures.share(one, metric, sums)]
        for one in seen.registers if seen.chosen in (None, one)
        for metric in one.metrics
    ]  # fmt: skip
    lines += [
        [one.title.of(locale), metric.title.of(locale), own[metric.code], metric.unit.of(locale),
         figures.own_share(metric, own)]
        for one, own in seen.own
        for metric in one.metrics
    ]  # fmt: skip
    heads = (_("登记簿"), _("统计项"), _("数量"), _("单位"), _("占比（%）"))
    sheets = [_sheet(f"{seen.year}", heads, lines)]
    if (one := seen.chosen) is None:
        return sheets
    titles = tuple(metric.title.of(locale) for metric in one.metrics)
    months = [
        [f"{month:%Y-%m}", *(figures.number(one, each, some) for each in one.metrics)] for month, some in seen.months
    ]
    below = [[row.name, row.code, *(figures.number(one, each, row.sums) for each in one.metrics)] for row in seen.below]
    sheets.append(_sheet(say(_("各月")), (_("月份"), *titles), months))
    sheets.append(_sheet(say(_("下级地区")), (_("地区"), _("代码"), *titles), below))
    return sheets


def _sheet(name: str, heads: tuple[str, ...], lines: list[list[Any]]) -> Any:
    said = [Column(one.render() if isinstance(one, Message) else one, 20) for one in heads]
    return workbooks.table(name, said, lines)


def _here(seen: Figures) -> dict[str, Any]:
    here: dict[str, Any] = {"year": seen.year}
    if seen.code != COUNTRY:
        here["region"] = seen.code
    return here | ({"register": seen.chosen.code} if seen.chosen else {})


def _crumbs(seen: Figures) -> list[tuple[Any, str | None]]:
    top, *way = seen.path
    chosen = {name: value for name, value in _here(seen).items() if name != "region"}
    found: list[tuple[Any, str | None]] = [(_("登记统计"), url_for(".show"))]
    found += [(place_name(*one), url_for(".show", region=one[0], **chosen)) for one in way[:-1]]
    return [*found, (place_name(*(way[-1] if way else top)), None)]


def _locale() -> str:
    return "en" if str(get_locale()) == "en" else "zh"
