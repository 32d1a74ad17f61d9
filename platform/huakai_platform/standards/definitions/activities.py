"""Themes, programmes, venues, forms and audiences of activities."""

from huakai_platform.kernel.fields import Code, Int
from huakai_platform.standards.definitions.parts import DocumentShape, Entry, listed


class Theme(Entry):
    month = Int(1, 12, required=True)


class ThemeProgramme(Entry):
    venue = Code(required=True)


class ActivityThemesShape(DocumentShape):
    venues = listed(Entry)
    programmes = listed(ThemeProgramme)
    themes = listed(Theme)
    flowers = listed(Entry)
    forms = listed(Entry)
    audiences = listed(Entry)
