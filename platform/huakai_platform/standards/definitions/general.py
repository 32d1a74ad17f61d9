"""What an edition is: its number, its chapters and where it comes from."""

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import SOURCE
from huakai_platform.kernel.fields import Choice, Code, Int, Strict
from huakai_platform.standards.definitions.parts import DocumentShape, Titled, listed


class SourceNote(Strict):
    id = Code(SOURCE, required=True)
    grade = Choice(["A", "B", "C"], required=True)
    title = LocalizedText(required=True)


class EditionShape(DocumentShape):
    number = Int(1, 10_000, required=True)
    chapters = listed(Titled)
    lines = listed(Titled)
    sources = listed(SourceNote)
