"""What was used at an activity, as lines that a person types: a name, then how many."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from huakai_platform.kernel.fields import Checked
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.text import clean
from huakai_platform.kernel.workbooks.words import PIECES

LINE = re.compile(rf"(.{{1,40}}?)(?:[\s×*:：]+|(?<=[^\d\s]))([0-9０-９]{{1,7}})\s*[{''.join(PIECES)}]?")
MOST = 20


class Materials(Checked[list[dict[str, Any]]]):
    """Lines (or parts between semicolons) such as `折页 300`; a form or a cell sends them as one text."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        lines = [part.strip() for part in re.split(r"[\n;；]", clean(value, multiline=True)) if part.strip()]
        if len(lines) > MOST:
            raise ValidationError(_("最多 {count} 项", count=MOST))
        found = []
        for line in lines:
            if not (matched := LINE.fullmatch(line)):
                raise ValidationError(_("“{line}”不对：请写名称和数量，例如“折页 300”", line=line[:40]))
            found.append({"name": matched[1].strip(), "count": int(matched[2])})
        return found


def written(materials: Sequence[Mapping[str, Any]]) -> str:
    """The same as a person would type it."""
    return "\n".join(f"{one['name']} {one['count']}" for one in materials)
