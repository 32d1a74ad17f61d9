"""Text in the two languages of the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from huakai_platform.kernel.fields import Checked
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.text import clean

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Localized:
    """A Chinese text and its English; `str()` is Chinese."""

    zh: str
    en: str

    def of(self, locale: object) -> str:
        """The text for a locale such as `zh_CN`, `en` or a Babel locale."""
        return self.en if str(locale).startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh


class LocalizedText(Checked[Localized]):
    """A mapping of exactly `zh` and `en`, neither blank."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Localized:
        if not isinstance(value, Mapping) or set(value) != {"zh", "en"}:
            raise ValidationError(_("需要中文（zh）和英文（en）两种文字"))
        zh, en = (clean(value[language], multiline=True) for language in ("zh", "en"))
        if not zh or not en or max(len(zh), len(en)) > LONGEST:
            raise ValidationError(_("中文和英文都要填写，且不超过 {count} 个字", count=LONGEST))
        return Localized(zh, en)

    def _serialize(self, value: Localized | None, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str] | None:
        return None if value is None else {"zh": value.zh, "en": value.en}
