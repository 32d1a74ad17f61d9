"""What a form is: sections of items, with the rules by which its answers are judged."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from huakai_platform.forms.localized import Localized

Kind = Literal["boolean", "yes_no_na", "number", "integer", "choice", "choices", "text", "date", "photo", "document"]
Period = Literal["once", "day", "week", "month"]
When = Literal["never", "on_fail", "always"]

KINDS: tuple[Kind, ...] = (
    "boolean",
    "yes_no_na",
    "number",
    "integer",
    "choice",
    "choices",
    "text",
    "date",
    "photo",
    "document",
)
NUMBERS: tuple[Kind, ...] = ("number", "integer")
CHOICES: tuple[Kind, ...] = ("choice", "choices")
FILES: tuple[Kind, ...] = ("photo", "document")
NOT_APPLICABLE = "na"
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    text: Localized
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PassRule:
    """When an answer is good; an empty rule is the kind's own (yes, true, something given)."""

    equals: str | bool | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    one_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which proof an answer needs: `count` photos or documents, never, when it failed, or always."""

    when: When = "never"
    what: Literal["photo", "document"] = "photo"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `source` names where its numbers come from; `proposed` says that they are our own default."""

    code: str
    text: Localized
    kind: Kind
    required: bool = True
    core: bool = False
    weight: Decimal = NOTHING
    unit: Localized | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    options: tuple[Option, ...] = ()
    evidence: Evidence = Evidence()
    passes: PassRule | None = None
    not_applicable: bool = False
    help: Localized | None = None
    tiers: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    proposed: bool = False

    def option(self, code: object) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Localized
    items: tuple[Item, ...]
    help: Localized | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a form is due in its period; weekdays count from Monday = 1."""

    at: str | None = None
    within_days: int | None = None
    weekdays: tuple[int, ...] = ()
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A form as the institution prescribes it; empty `tiers` means every tier."""

    kind: str
    code: str
    title: Localized
    sections: tuple[Section, ...]
    help: Localized | None = None
    tiers: tuple[str, ...] = ()
    period: Period | None = None
    due: Due | None = None

    def __iter__(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.items

    def item(self, code: str) -> Item | None:
        return next((item for item in self if item.code == code), None)

    def at_tier(self, tier: str) -> "Definition":
        """The form as a site of this tier sees it: items of other tiers and empty sections left out."""
        sections = (
            replace(section, items=tuple(item for item in section.items if not item.tiers or tier in item.tiers))
            for section in self.sections
        )
        return replace(self, sections=tuple(section for section in sections if section.items))
