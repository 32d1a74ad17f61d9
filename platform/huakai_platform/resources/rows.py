"""A row of a sheet on its way in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from huakai_platform.kernel.i18n import Message
from huakai_platform.resources.fields import R

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)


@dataclass
class ImportRow(Generic[R]):
    """A row of a sheet and what comes of it.

    `values` are those of the filled cells; a blank cell changes nothing. `record` is the thing that the row means,
    where there is one already. The store adds to `errors`, by field, what its rules refuse, and to `changes` the
    sealed fields that are other ones than it keeps.
    """

    row: int
    """As Excel counts."""
    values: Mapping[str, Any] = field(default_factory=dict)
    record: R | None = None
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.record is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong with a field, in the reader's language."""
        self.errors.setdefault(name, []).append(message.render() if isinstance(message, Message) else message)
