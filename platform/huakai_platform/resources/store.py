"""Who writes a list: the service of its feature."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor
from huakai_platform.resources.fields import R
from huakai_platform.resources.rows import ImportRow


class Kept(Protocol):
    """A thing as it stands in the database."""

    id: Any
    version: Any


class Store(Protocol):
    """Each deed writes its trail entry. Invalid names the fields at fault, StaleVersion the difference."""

    def get(self, session: Session, thing: UUID, /) -> Kept:
        """Raises NotFound."""

    def add(self, session: Session, actor: Actor, values: Mapping[str, Any], /) -> Kept:
        """Write a new one down. Raises Invalid."""

    def change(
        self, session: Session, actor: Actor, thing: UUID, values: Mapping[str, Any], /, *, version: int
    ) -> Kept:
        """Write what was typed; what is not in `values` is cleared. Raises StaleVersion, Conflict or Invalid."""


class SheetStore(Protocol[R]):
    """Who writes the sheets of a list; often the same service."""

    def apply(self, session: Session, actor: Actor, rows: Sequence[ImportRow[R]], /) -> None:
        """Write the rows of a sheet; those that the rules refuse are given their errors and left out. Rows that change
        nothing come only where the list has sealed fields, which the store alone can compare."""
