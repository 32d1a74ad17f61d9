"""Posts, certificates and curricula."""

from marshmallow import fields

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import Tupled
from huakai_platform.kernel.fields import Choice, Code, Flag, Int, Number
from huakai_platform.standards.definitions.parts import TIER, DocumentShape, Entry, Sourced, by_code, codes, listed


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
