"""An entry's own rows in one cell: a line for each, its items in order with a bar between them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from huakai_platform import forms
from huakai_platform.kernel.fields import Checked
from huakai_platform.kernel.i18n import _
from huakai_platform.registers.definitions import Rows
from huakai_platform.registers.reading import MOST_ROWS

BAR, WIDE_BAR, ESCAPE, BREAK = "|", "\uff5c", "\\", "\n"
Said = Sequence[Mapping[str, Any]]


class Lines(Checked[list[dict[str, Any]]]):
    """Reads what `written` writes, as a person may have changed it; blank lines are passed over."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        lines = [(place, line) for place, line in enumerate(str(value).split(BREAK), start=1) if line.strip()]
        if len(lines) > MOST_ROWS:
            raise ValidationError(_("最多 {most} 行", most=MOST_ROWS))
        faults: list[str] = []
        found = [_row(self.rows, place, line, faults) for place, line in lines]
        if faults:
            raise ValidationError(faults)
        return found


def written(rows: Rows, said: Said, language: str) -> str | None:
    """The rows as a cell shows them; None where there are none."""
    lines = (
        f" {BAR} ".join(_escaped(forms.written(item, one.get(item.code), language)) for item in rows.items)
        for one in said
    )
    return BREAK.join(line.rstrip(f" {BAR}") for line in lines) or None


def _row(rows: Rows, place: int, line: str, faults: list[str]) -> dict[str, Any]:
    parts = _parts(line)
    if len(parts) > len(rows.items):
        faults.append(_("第 {line} 行：多于 {count} 项", line=place, count=len(rows.items)))
    found = {}
    for item, part in zip(rows.items, [*parts, *[""] * len(rows.items)], strict=False):
        try:
            value = forms.from_cell(item, part or None)
        except ValidationError as refused:
            faults += [_about(place, item, str(said)) for said in refused.messages]
            continue
        if value is not None:
            found[item.code] = value
        elif item.required:
            faults.append(_about(place, item, _("此项还没有填写")))
    return found


def _about(place: int, item: forms.Item, said: str) -> str:
    return _("第 {line} 行“{item}”：{said}", line=place, item=item.text.zh, said=said)


def _escaped(value: Any) -> str:
    text = "" if value is None else str(value)
    for one in (ESCAPE, BAR, WIDE_BAR):
        text = text.replace(one, ESCAPE + one)
    return text.replace(BREAK, f"{ESCAPE}n")


def _parts(line: str) -> list[str]:
    parts, escaped = [""], False
    for letter in line:
        if escaped:
            parts[-1] += BREAK if letter == "n" else letter
            escaped = False
        elif letter == ESCAPE:
            escaped = True
        elif letter in (BAR, WIDE_BAR):
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
