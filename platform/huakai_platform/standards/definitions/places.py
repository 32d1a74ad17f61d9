"""Tiers, and what a room of each must have: spaces, equipment, documents on the wall."""

from marshmallow import fields

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.kernel.fields import Choice, Code, Flag, Int
from huakai_platform.standards.definitions.parts import (
    TIER,
    Amount,
    DocumentShape,
    Entry,
    Sourced,
    Titled,
    by_code,
    codes,
    listed,
)


class Tier(Entry):
    code = Code(TIER, required=True)
    level = Choice(["village", "township", "county", "organisation"], required=True)
    area = fields.Nested(Amount, required=True)
    staff = fields.Nested(Amount, required=True)
    opening = fields.Nested(Amount, required=True)


class TiersShape(DocumentShape):
    tiers = listed(Tier)


class Space(Entry):
    kind = Choice(["zone", "room", "basic", "function"], required=True)
    pair = Code()
    counselling = Flag()
    department = Code()
    area = fields.Nested(Amount)


class SpacesOfTier(Sourced):
    tier = Code(TIER, required=True)
    required = codes()
    optional = codes()


class SetOfSpaces(Entry):
    """Spaces that a site may take on as a whole, beside those of its tier."""

    spaces = codes()


class SpacesShape(DocumentShape):
    departments = listed(Titled, required=False)
    spaces = listed(Space)
    sets = listed(SetOfSpaces, required=False)
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
