"""Where the entries of a register stand: whose they are, and how what they say is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, true

from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.registers.models import InstitutionEntry

Answers = Mapping[str, Any]
"""`{"items": {code: value}, "rows": {code: [{code: value}, …]}}`, values as forms keep them."""


@dataclass(frozen=True)
class EntryStore:
    """A table of entries; `searchable` says whether the database can look into what they say."""

    model: Any
    searchable: bool = True
    reviewed_only: bool = False
    """Whether entries that wait for their review are not there."""

    @property
    def mine(self) -> ColumnElement[bool]:
        """True for the entries of the owner that are there for the reader."""
        return self.owned & self.model.reviewed_at.is_not(None) if self.reviewed_only else self.owned

    @property
    def owned(self) -> ColumnElement[bool]:
        """True for the entries of the owner; a room's session names its tenant by itself."""
        return true()

    @property
    def owner(self) -> dict[str, UUID]:
        """The columns that say whose a new entry is."""
        return {}

    def read(self, row: Any) -> Answers:
        """What an entry says."""
        found: Answers = row.answers
        return found

    def written(self, entry_id: UUID, answers: Answers) -> dict[str, Any]:
        """The columns that keep what an entry says."""
        return {"answers": answers}


@dataclass(frozen=True)
class InstitutionEntryStore(EntryStore):
    """The entries of one institution."""

    institution_id: UUID = PLATFORM

    @property
    def owned(self) -> ColumnElement[bool]:
        return InstitutionEntry.institution_id == self.institution_id

    @property
    def owner(self) -> dict[str, UUID]:
        return {"institution_id": self.institution_id}


def of_institution(institution_id: UUID) -> EntryStore:
    return InstitutionEntryStore(InstitutionEntry, institution_id=institution_id)
