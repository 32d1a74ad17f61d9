"""The register as a workbook to fill, and as a workbook to put right."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Cell, Page, Sheet, Styled, Workbook
from huakai_platform.onboarding.register.checks import State, Verdict
from huakai_platform.onboarding.register.columns import Layout
from huakai_platform.onboarding.register.fields import (
    FIELDS,
    KINDS,
    OWNERSHIPS,
    REQUIRED,
    RESULT_TITLES,
    TIERS,
    Field,
)
from huakai_platform.onboarding.register.rows import Problem

CHOICES: dict[Field, tuple[str, ...]] = {
    Field.KIND: tuple(KINDS),
    Field.TIER: tuple(TIERS),
    Field.OWNERSHIP: tuple(OWNERSHIPS),
}
STATES: dict[State, tuple[Message, workbooks.Style]] = {
    State.NEW: (_("可导入"), "good"),
    State.PRESENT: (_("已登记"), "text"),
    State.ERROR: (_("有错误"), "bad"),
    State.POSSIBLE_DUPLICATE: (_("疑似重复"), "warn"),
}
TYPED = frozenset(
    number
    for number, field in enumerate(FIELDS)
    if field not in (Field.AREA, Field.OPERATING_SINCE, Field.WEEKLY_HOURS, *CHOICES)
)
"""Columns that are kept as text, so that codes and telephone numbers keep every digit."""
REGISTER_SHEET = "站点登记表"


def returned(workbook: Workbook, layout: Layout, verdicts: Sequence[Verdict], *, only_bad: bool = False) -> bytes:
    """The same workbook: bad cells tinted with a comment, each row's result and what to do behind it.

    `only_bad` leaves out the rows that can go in or are there. Put right, it is imported again as it is.
    """
    pages = []
    for number, sheet in enumerate(workbook.sheets):
        if number == layout.sheet:
            pages.append(_marked(sheet, layout, {verdict.row: verdict for verdict in verdicts}, only_bad))
        elif not sheet.name.startswith("_choices"):
            pages.append(Page(sheet.name, [[cell.value for cell in row] for row in sheet.rows], widths=[60]))
    return workbooks.write(*pages)


def template() -> bytes:
    """An empty register: title, note, header with an explanation at each column, an example row, drop-downs."""
    specs = FIELDS.values()
    blank: list[None] = [None] * (len(specs) - 1)
    note = _("带 * 的列必填；序号为“示例”的一行不会导入，可以保留或删除。")
    rows: list[list[Styled | None]] = [
        [Styled(_("社区心理咨询室、心理咨询中心登记表").render(), "title"), *blank],
        [Styled(note.render(), "note"), *blank],
        [Styled(_heading(field), "header", spec.explanation.render()) for field, spec in FIELDS.items()],
        [Styled(spec.example, "note") for spec in specs],
    ]
    last = len(specs) - 1
    page = Page(
        REGISTER_SHEET,
        rows,
        widths=[spec.width for spec in specs],
        frozen=3,
        merged=[(0, 0, 0, last), (1, 0, 1, last)],
        choices={number: CHOICES[field] for number, field in enumerate(FIELDS) if field in CHOICES},
        choices_from=3,
        typed=TYPED,
    )
    return workbooks.write(page, _instructions())


def _instructions() -> Page:
    titles = ((_("列"), 20), (_("必填"), 8), (_("怎样填写"), 60), (_("例"), 24))
    columns = [workbooks.Column(title.render(), width) for title, width in titles]
    rows: list[list[workbooks.Value]] = [
        [str(spec.label), _("是").render() if field in REQUIRED else "", spec.explanation.render(), spec.example]
        for field, spec in FIELDS.items()
    ]
    return workbooks.table(_("填表说明").render(), columns, rows)


def _heading(field: Field) -> str:
    return f"{FIELDS[field].label}*" if field in REQUIRED else str(FIELDS[field].label)


def _marked(sheet: Sheet, layout: Layout, verdicts: Mapping[int, Verdict], only_bad: bool) -> Page:
    header = sheet.rows[layout.header]
    width = next((cell.column for cell in header if cell.text == RESULT_TITLES[0]), len(header))
    fields = {column: field for field, column in layout.mapping.columns.items()}
    widths = [FIELDS[fields[column]].width if column in fields else 14 for column in range(width)]
    return Page(
        sheet.name,
        _lines(sheet, layout.header, width, verdicts, only_bad),
        widths=[*widths, 12, 60],
        frozen=layout.header + 1,
        merged=[
            (row, left, last, min(right, width - 1)) for row, left, last, right in sheet.merged if left < right < width
        ],
        choices={column: CHOICES[field] for column, field in fields.items() if field in CHOICES},
        choices_from=layout.header + 1,
    )


def _lines(
    sheet: Sheet, header: int, width: int, verdicts: Mapping[int, Verdict], only_bad: bool
) -> Iterator[list[Styled]]:
    for number, row in enumerate(sheet.rows):
        cells = row[:width] if number < header else [sheet.cell(number, column) for column in range(width)]
        if number < header:
            yield [Styled(cell.value, "title" if number == 0 else "note") for cell in cells]
        elif number == header:
            yield [Styled(cell.value, "header") for cell in cells] + [
                Styled(title, "header") for title in RESULT_TITLES
            ]
        else:
            verdict = verdicts.get(number + 1)
            if verdict is None and not only_bad:
                yield [Styled(_content(cell)) for cell in cells]
            elif verdict and (not only_bad or verdict.state in (State.ERROR, State.POSSIBLE_DUPLICATE)):
                yield _judged(cells, verdict)


def _judged(cells: Sequence[Cell], verdict: Verdict) -> list[Styled]:
    at: dict[str, list[Problem]] = defaultdict(list)
    for problem in verdict.problems:
        at[problem.cell].append(problem)
    said = "\n".join(f"{problem.cell}:{problem.message.render()}" for problem in verdict.problems)
    state, style = STATES[verdict.state]
    return [*(_cell(cell, at.get(cell.address, [])) for cell in cells), Styled(state.render(), style), Styled(said)]


def _cell(cell: Cell, problems: Sequence[Problem]) -> Styled:
    if not problems:
        return Styled(_content(cell))
    style: workbooks.Style = "bad" if any(problem.severity == "error" for problem in problems) else "warn"
    return Styled(_content(cell), style, "\n".join(problem.message.render() for problem in problems))


def _content(cell: Cell) -> workbooks.Value:
    """What stood there; a formula without a value goes back as inert text, so that it can be seen."""
    return f"={cell.formula}" if cell.value is None and cell.formula is not None else cell.value
