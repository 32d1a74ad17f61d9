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

    def __init__(self, rows: Rows, language: str) -> None:
        super().__init__()
        self.rows, self.language = rows, language

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        lines = [(place, line) for place, line in enumerate(str(value).split(BREAK), start=1) if line.strip()]
        if len(lines) > MOST_ROWS:
            raise ValidationError(_("最多 {most} 行", most=MOST_ROWS))
        faults: list[str] = []
        found = [self._row(place, line, faults) for place, line in lines]
        if faults:
            raise ValidationError(faults)
        return found

    def _row(self, place: int, line: str, faults: list[str]) -> dict[str, Any]:
        items, parts = self.rows.items, _parts(line)
        if len(parts) > len(items):
            faults.append(_("第 {line} 行：多于 {count} 项", line=place, count=len(items)))
        found = {}
        for item, part in zip(items, [*parts, *[""] * len(items)], strict=False):
            try:
                value = forms.from_cell(item, part or None)
            except ValidationError as refused:
                faults += [self._about(place, item, str(said)) for said in refused.messages]
                continue
            if value is not None:
                found[item.code] = value
            elif item.required:
                faults.append(self._about(place, item, _("此项还没有填写")))
        return found

    def _about(self, place: int, item: forms.Item, said: str) -> str:
        return _("第 {line} 行“{item}”：{said}", line=place, item=item.text.of(self.language), said=said)


def written(rows: Rows, said: Said, language: str) -> str | None:
    """The rows as a cell shows them; None where there are none."""
    return (
        BREAK.join(_line([forms.written(item, one.get(item.code), language) for item in rows.items]) for one in said)
        or None
    )


def _line(values: list[Any]) -> str:
    """Without the empty parts at its end."""
    while values and values[-1] is None:
        values.pop()
    return f" {BAR} ".join(map(_escaped, values))


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
