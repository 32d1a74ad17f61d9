"""Files that a program sends."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from huakai_platform.kernel.fields import Checked
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.text import file_name


class Upload(Checked[FileStorage]):
    """One file of a multipart body, with a name."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> FileStorage:
        if isinstance(value, FileStorage) and value.filename:
            return value
        raise ValidationError(_("请选择文件。"))


def named(filename: str | None) -> str:
    """The last part of a file's name, without what cannot be seen."""
    return file_name(filename) or "file"
