"""The shape of every kind of definition in an edition of the standard."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import SOURCE, DefinitionShape, Sources, Tupled
from huakai_platform.kernel.fields import Choice, Code, Flag, Int, Number, Strict
from huakai_platform.kernel.i18n import _

TIER, SET = r"[A-Z0-9]{1,8}", r"[A-Z]"


class Titled(Strict):
    code = Code(required=True)
    title = LocalizedText(required=True)
    text = LocalizedText()


class Sourced(Strict):
    """Says where it comes from, or that it is our own default."""

    source = Sources()
    proposed = Flag()

    @validates_schema(skip_on_field_errors=True)
    def say_where_from(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("source") and not data.get("proposed"):
            raise ValidationError(_("要写明来源（source）或标明为自拟（proposed: true）"))


class Entry(Titled, Sourced):
    """One prescribed thing."""


class Amount(Sourced):
    at_least = Number(0)
    at_most = Number(0)
    unit = LocalizedText(required=True)
    text = LocalizedText()


class DocumentShape(Strict):
    kind = Code(required=True)
    code = Code(required=True)
    title = LocalizedText(required=True)
    help = LocalizedText()


def listed(shape: type[Strict]) -> fields.Field[Any]:
    return Tupled(fields.Nested(shape), required=True, most=500)


def by_code(keys: str, *, most: int = 10_000) -> fields.Field[Any]:
    return fields.Dict(keys=Code(keys), values=Int(0, most), required=True)


def codes() -> fields.Field[Any]:
    return Tupled(Code(), required=True)


class SourceNote(Strict):
    id = Code(SOURCE, required=True)
    grade = Choice(["A", "B", "C"], required=True)
    title = LocalizedText(required=True)


class EditionShape(DocumentShape):
    number = Int(1, 10_000, required=True)
    chapters = listed(Titled)
    lines = listed(Titled)
    sources = listed(SourceNote)


class Tier(Entry):
    code = Code(TIER, required=True)
    level = Choice(["village", "township", "county", "organisation"], required=True)
    area = fields.Nested(Amount, required=True)
    staff = fields.Nested(Amount, required=True)
    opening = fields.Nested(Amount, required=True)


class TiersShape(DocumentShape):
    tiers = listed(Tier)


class Space(Entry):
    kind = Choice(["zone", "room", "basic"], required=True)
    pair = Code()
    area = fields.Nested(Amount)


class SpacesOfTier(Sourced):
    tier = Code(TIER, required=True)
    required = codes()
    optional = codes()


class SpacesShape(DocumentShape):
    spaces = listed(Space)
    tiers = listed(SpacesOfTier)


class Equipment(Entry):
    group = Code(required=True)
    core = Flag()
    quantity = by_code(TIER)
    check = Choice(["day", "week", "month"], required=True)


class EquipmentShape(DocumentShape):
    groups = listed(Titled)
    equipment = listed(Equipment)


class WallDocument(Entry):
    core = Flag()


class Validity(Sourced):
    days = Int(1, 3660, required=True)
    text = LocalizedText()


class WallDocumentsShape(DocumentShape):
    validity = fields.Nested(Validity, required=True)
    documents = listed(WallDocument)


class Post(Entry):
    ab = Flag(required=True)
    core = Flag()
    number = by_code(TIER)
    certificates = codes()
    programmes = codes()


class PostRule(Sourced):
    code = Code(required=True)
    text = LocalizedText(required=True)
    core = Flag()
    months = Int(1, 120)


class PostsShape(DocumentShape):
    posts = listed(Post)
    rules = listed(PostRule)


class Renewal(Sourced):
    years = Int(1, 20, required=True)
    hours = Number(0, 1000, required=True)


class Certificate(Entry):
    issuer = LocalizedText(required=True)
    counsels = Flag()
    registered = Flag()
    renewal = fields.Nested(Renewal)


class VolunteerStar(Sourced):
    stars = Int(1, 5, required=True)
    hours = Int(1, 100_000, required=True)


class CertificatesShape(DocumentShape):
    certificates = listed(Certificate)
    volunteer_stars = listed(VolunteerStar)


class Course(Entry):
    hours = Number(0, 1000, required=True)
    test = Flag(required=True)
    pass_mark = Int(0, 100, required=True)
    topics = Tupled(LocalizedText(), required=True)


class Programme(Entry):
    period = Choice(["once", "year"], required=True)
    hours = Number(0, 1000, required=True)
    courses = codes()
    posts = codes()


class Supervision(Entry):
    hours_per_month = Number(0, 100)
    people = Int(1, 1000)


class CurriculaShape(DocumentShape):
    courses = listed(Course)
    programmes = listed(Programme)
    supervision = listed(Supervision)


class Years(Sourced):
    """A span of operation: `below` and `above` leave their year out, `from` and `to` take it in."""

    below = Int(0, 100)
    above = Int(0, 100)
    since = Int(0, 100, data_key="from")
    until = Int(0, 100, data_key="to")


class AgeSet(Titled):
    code = Code(SET, required=True)
    years = fields.Nested(Years, required=True)


class Grade(Entry):
    at_least = Number(0, 100, required=True)


class Deadline(Entry):
    days = Int(1, 3660, required=True)


class Dimension(Entry):
    weights = by_code(SET, most=100)


class Metric(Titled):
    unit = Choice(["percent", "count", "months", "hours"], required=True)


class Band(Strict):
    at_least = Number(0)
    at_most = Number(0)
    share = Int(0, 100, required=True)


class Indicator(Sourced):
    code = Code(required=True)
    dimension = Code(required=True)
    metric = Code(required=True)
    direction = Choice(["higher", "lower"])
    core = Flag()
    text = LocalizedText(required=True)
    points = by_code(SET, most=100)
    bands = listed(Band)
    evidence = LocalizedText(required=True)


class IndicatorsShape(DocumentShape):
    sets = listed(AgeSet)
    grades = listed(Grade)
    rectification = listed(Deadline)
    dimensions = listed(Dimension)
    metrics = listed(Metric)
    indicators = listed(Indicator)


class Theme(Entry):
    month = Int(1, 12, required=True)


class ThemeProgramme(Entry):
    venue = Code(required=True)


class ActivityThemesShape(DocumentShape):
    venues = listed(Entry)
    programmes = listed(ThemeProgramme)
    themes = listed(Theme)
    flowers = listed(Entry)


SHAPES: Mapping[str, type[Strict]] = {
    "edition": EditionShape,
    "tiers": TiersShape,
    "spaces": SpacesShape,
    "equipment": EquipmentShape,
    "wall_documents": WallDocumentsShape,
    "posts": PostsShape,
    "certificates": CertificatesShape,
    "curricula": CurriculaShape,
    "checklist": DefinitionShape,
    "indicators": IndicatorsShape,
    "activity_themes": ActivityThemesShape,
}
