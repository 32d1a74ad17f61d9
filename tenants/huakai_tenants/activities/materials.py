"""What was used at an activity: names and how many; a person types them as lines, a program sends objects."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from huakai_platform.kernel.fields import Int, Many, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.text import clean
from huakai_platform.kernel.workbooks.words import PIECES

LINE = re.compile(rf"(.{{1,40}}?)(?:[\s×*:：]+|(?<=[^\d\s]))([0-9０-９]{{1,7}})\s*[{''.join(PIECES)}]?")
MOST = 20


class Material(Strict):
    name = Text(max_length=40, required=True)
    count = Int(0, 9_999_999, required=True)


class Materials(Many[Any]):
    """From a program objects; from a form or a cell one text, lines or parts between semicolons such as `折页 300`."""

    as_text = True

    def __init__(self, **settings: Any) -> None:
        super().__init__(fields.Nested(Material), most=MOST, **settings)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not getattr(self.root, "from_form", False):
            return super()._deserialize(value, attr, data, **kwargs)
        lines = [part.strip() for part in re.split(r"[\n;；]", clean(value, multiline=True)) if part.strip()]
        if len(lines) > MOST:
            raise ValidationError(_("最多 {count} 项", count=MOST))
        found = []
        for line in lines:
            if not (matched := LINE.fullmatch(line)):
                raise ValidationError(_("“{line}”不对：请写名称和数量，例如“折页 300”", line=line[:40]))
            found.append({"name": matched[1].strip(), "count": int(matched[2])})
        return found

    def _serialize(self, value: list[Any] | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        """The same as a person would type it."""
        return "\n".join(f"{one['name']} {one['count']}" for one in value or ())
