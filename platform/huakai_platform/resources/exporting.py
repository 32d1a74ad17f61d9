"""A list as a workbook or on paper: exactly what is shown, under an official head."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, Page
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.resources import words
from huakai_platform.resources.fields import C, Field, L, Resource
from huakai_platform.resources.lists import Extract

Line = Sequence[Content]
"""What one row says, cell by cell."""


@dataclass(frozen=True)
class Head:
    """What stands above an official list."""

    title: str
    unit: str
    day: str
    by: str

    def line(self) -> str:
        return _("单位：{unit}　日期：{day}　制表人：{by}", unit=self.unit, day=self.day, by=self.by).render()


def head(session: Session, actor: Actor, resource: Resource[C, L]) -> Head:
    """The title of the list, the room or the institution, today, and who prints it."""
    here = select(Site.name).where(Site.id == actor.site_id)
    unit = session.scalar(here) if actor.site_id else actor.institution_name
    return Head(resource.title.render(), unit or "", clock.today().isoformat(), actor.name)


def cut(found: Extract[L]) -> str | None:
    """What is said where an export does not hold all."""
    if found.left_out is None:
        return _("这里只有前 {count} 条，其余未列出；请缩小筛选范围分次导出。", count=len(found.rows)).render()
    if not found.left_out:
        return None
    about: Mapping[str, Any] = {"total": found.total, "count": len(found.rows), "left": found.left_out}
    return _("共 {total} 条，这里只有前 {count} 条，其余 {left} 条未列出；请缩小筛选范围分次导出。", **about).render()


def columns(resource: Resource[C, L], asked: Mapping[str, Any], place: str) -> list[Field[C]]:
    """The fields that are shown: those that were chosen, or all that the list has; the first one always."""
    known, chosen = resource.out(place), asked.get("columns")
    return [one for at, one in enumerate(known) if not chosen or at == 0 or one.name in chosen]


def workbook(
    session: Session,
    actor: Actor,
    resource: Resource[C, L],
    shown: Sequence[Field[C]],
    found: Extract[L],
    context: C,
    *beside: Page,
    plain: bool = False,
) -> bytes:
    """These fields of the rows as .xlsx: head, columns with a filter, and what was left out said above them; then the
    sheets that stand `beside`. A `plain` one has no head, so that it can be taken in again.
    """
    notice = cut(found)
    above, rows = head(session, actor, resource), lines(shown, found.rows, context)
    return book(above, shown, rows, *beside, notice=notice, plain=plain)


def book(
    above: Head,
    shown: Sequence[Field[C]],
    rows: Iterable[Line],
    *beside: Page,
    notice: str | None = None,
    plain: bool = False,
) -> bytes:
    """The workbook of these lines, taken one after the other, so that nobody needs to hold all of them."""
    heads = [Column(one.label.render(), one.width) for one in shown]
    said = [*([] if plain else [above.title, above.line()]), *([notice] if notice else [])]
    return workbooks.write(workbooks.table(above.title, heads, rows, above=said), *beside)


def lines(shown: Sequence[Field[C]], rows: Iterable[L], context: C) -> Iterator[Line]:
    """What the cells of each row say."""
    known = {one.name: words.choices(one, context) for one in shown}
    return ([words.cell(one, words.value(one, row, context), known[one.name]) for one in shown] for row in rows)


def record(session: Session, actor: Actor, resource: Resource[C, L], rows: int, *, printed: bool) -> None:
    """Write into the trail that so many rows of the list were taken out."""
    audit.record(
        session,
        actor,
        f"{resource.name}.printed" if printed else f"{resource.name}.exported",
        "site" if actor.site_id else "institution",
        actor.site_id or actor.institution_id or "",
        rows=rows,
    )
