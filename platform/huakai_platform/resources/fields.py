"""What a list of things is: its fields and where each is taken in and shown, its filters, sorts and rows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from marshmallow import missing
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Checked, Date, Flag, Int, Many, Number, Text, Time
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.paging import Column, Key, Order

C = TypeVar("C")
"""What the choices, filters and words of a list depend on, as the standard of a room."""


class Listed(Protocol):
    """What every row has."""

    @property
    def id(self) -> Key: ...


class Row(Listed, Protocol):
    """What the row of a thing has that a store writes."""

    @property
    def id(self) -> UUID: ...

    @property
    def version(self) -> int: ...


L = TypeVar("L", bound=Listed)
"""A frozen class whose fields are the columns that the list selects, in their order."""
R = TypeVar("R", bound=Row)
"""The same, where a store writes the list."""
Kind = Checked[Any] | Many[Any]
"""What a value may be: one of something, or several."""
Word = str | Message | Mapping[str, str]
"""A word for a reader: a message, or a text of the standard by language."""

INTO = frozenset({"form", "body", "sheet"})
OUT = frozenset({"list", "detail", "row", "export", "print"})
NOWHERE: frozenset[str] = frozenset()
MOST = 5_000
"""Rows of an export, when the list says nothing else."""


def both(text: str) -> str:
    """A text of the API's document, which is said in both languages at once."""
    return text


@dataclass(frozen=True)
class Field(Generic[C]):
    """One value of a thing. It is taken in and shown only where `into` and `out` say so.

    What is shown is the column of the same name, or what the method of that name of a row answers to the context.
    """

    name: str
    label: Message
    kind: Kind
    into: frozenset[str] = NOWHERE
    """`form` of a page, `body` of the API, `sheet` to fill in."""
    out: frozenset[str] = NOWHERE
    """`list` page, `row` of the API, `detail` of one thing there, `export`, `print`."""
    choices: Callable[[C], Mapping[str, Word]] | None = None
    """The words of its codes; nothing else is taken in. A sheet takes in one without a word, and does not offer it."""
    note: Message | None = None
    """How it is filled in, said at the heading of a sheet."""
    clears: str = ""
    """The code by which a sheet takes its value away, where a blank cell changes nothing."""
    about: str = ""
    """What the document of the API says, in both languages."""
    width: float = 14
    """Of its column in a workbook, in characters."""
    sort: str = ""
    """The sort that its heading in the list asks for."""
    units: Sequence[str] = ()
    """What may stand behind its number in a sheet."""
    recognises: int = 0
    """A row of a sheet means the thing that has its values of the fields of one rank; rank 1 goes before 2."""
    fixed: bool = False
    """It is given once: neither the form nor the program that changes a thing may give it."""
    sealed: bool = False
    """It may come in; it never goes out, and nothing may ask by it."""

    @property
    def is_number(self) -> bool:
        return isinstance(self.kind, Int | Number)

    @property
    def is_date(self) -> bool:
        return isinstance(self.kind, Date)

    @property
    def is_text(self) -> bool:
        return isinstance(self.kind, Text)

    @property
    def is_time(self) -> bool:
        return isinstance(self.kind, Time)

    @property
    def is_flag(self) -> bool:
        return isinstance(self.kind, Flag)

    @property
    def is_several(self) -> bool:
        return isinstance(self.kind, Many)

    def __post_init__(self) -> None:
        if unknown := (self.into - INTO) | (self.out - OUT):
            raise ValueError(f"{self.name}: no such place: {sorted(unknown)}")
        if self.sealed and self.out:
            raise ValueError(f"{self.name} is sealed and would be shown")


@dataclass(frozen=True)
class Filter(Generic[C]):
    """A question that narrows a list: its name in the address, what it may be, and the condition it means."""

    name: str
    label: Message
    kind: Checked[Any]
    condition: Callable[[Any, C], ColumnElement[bool] | None]
    """Of what was asked; none where it narrows nothing."""
    choices: Callable[[C], Mapping[str, Word]] | None = None
    """Shown as a drop-down of these words; without them as a day to choose, or a field to search in."""
    carried: bool = False
    """It comes from a link elsewhere: it is not asked for on the page, only carried on."""
    beside: Sequence[str] = ()
    """Other filters that ask about the same part of a thing: the condition is of all their values, by name."""

    @property
    def is_date(self) -> bool:
        return isinstance(self.kind, Date)

    @property
    def is_search(self) -> bool:
        return not self.choices and not self.is_date

    @property
    def usual(self) -> Any:
        """What the list is asked where the address says nothing; none where that narrows nothing."""
        return None if self.kind.load_default is missing else self.kind.load_default


@dataclass(frozen=True)
class Rows(Generic[L]):
    """What a list reads: a select in no order, and the class that each of its rows becomes."""

    kind: type[L]
    select: Select[*tuple[Any, ...]]
    total: Callable[[Session, Actor, Mapping[str, Any], Any], int] | None = None
    """How many there are of what is asked, as it is summed up somewhere; 0 where nobody has summed it up."""
    about: Callable[[Session, Any, Sequence[L]], Any] | None = None
    """The context with what these rows are said by besides, read for all of them at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource(Generic[C, L]):
    """A list of things. Whoever needs more than these twelve writes the page by hand."""

    name: str
    """A word of the code in the plural: the prefix of trail entries, file names and schemas."""
    title: Message
    fields: Sequence[Field[C]]
    """In order; one that a sheet asks for otherwise than a form stands there twice, for different places."""
    filters: Sequence[Filter[C]]
    sorts: Mapping[str, Column | Order]
    """By a column where every row is counted; by an order that goes on by key where there may be very many."""
    order: str
    """The sort of a list that nobody sorted; `-` before it turns it round."""
    key: Column
    """Unique and never empty: it ends every order."""
    rows: Callable[[], Rows[L]]
    scope: Callable[[Actor, UUID | None], Sequence[ColumnElement[bool]]]
    """What this person may see, below this parent where the list has one: of list, single thing, export and sheet."""
    context: Callable[[Session, Actor], C]
    size: int = 50
    """Rows of a page."""
    most: int = MOST
    """Rows of an export, a print or a filled sheet; what is left out is said."""

    def __post_init__(self) -> None:
        sealed = {one.name for one in self.fields if one.sealed}
        if asked := sealed & {*self.sorts, *(one.name for one in self.filters)}:
            raise ValueError(f"{self.name}: sealed fields are asked for: {sorted(asked)}")
        if self.order.removeprefix("-") not in self.sorts:
            raise ValueError(f"{self.name}: no such sort: {self.order}")
        places = Counter((one.name, place) for one in self.fields for place in one.into | one.out)
        if twice := [place for place, times in places.items() if times > 1]:
            raise ValueError(f"{self.name}: described twice: {sorted(twice)}")

    @property
    def is_long(self) -> bool:
        """Whether there may be so many that pages are reached by key beyond the last number."""
        return any(isinstance(by, Order) for by in self.sorts.values())

    def into(self, place: str, *, change: bool = False) -> list[Field[C]]:
        """The fields that are taken in there, in order; of a change without those that are given once."""
        return [one for one in self.fields if place in one.into and not (change and one.fixed)]

    def out(self, *places: str) -> list[Field[C]]:
        """The fields that are shown at one of these places, in order."""
        return [one for one in self.fields if one.out.intersection(places)]

    def labels(self) -> dict[str, Message]:
        return {one.name: one.label for one in self.fields}


@dataclass(frozen=True)
class Question:
    """What a list is asked: `values` by filter, a sort, a page and how many rows it has.

    A long list is asked for the rows `after` or `before` one, too.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    sort: str | None = None
    page: int = 1
    size: int | None = None
    after: Key | None = None
    before: Key | None = None

    @property
    def place(self) -> dict[str, Any]:
        """The page that is asked for, by number or by key."""
        return {"page": self.page} | {name: row for name in ("after", "before") if (row := getattr(self, name))}
