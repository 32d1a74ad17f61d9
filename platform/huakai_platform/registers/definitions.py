"""A register as its edition defines it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.forms import Definition, Item, Localized, Section
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import basis
from huakai_platform.standards import service as standards
from huakai_platform.standards.definitions.registers import RegisterShape

SITE, INSTITUTION = "site", "institution"
CONFIDENTIAL, OPEN = "confidential", "open"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that an entry holds of its own."""

    code: str
    title: Localized
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    code: str
    title: Localized
    unit: Localized
    counting: str
    item: str | None = None
    where_item: str | None = None
    where_is: str | None = None
    share_of: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """One register; its items in order are those of `form`."""

    code: str
    title: Localized
    help: Localized | None
    level: str
    privacy: str
    tiers: tuple[str, ...]
    writers: frozenset[str]
    months: int
    dated: str
    form: Definition
    rows: tuple[Rows, ...]
    metrics: tuple[Metric, ...]
    reviewed: bool = False
    anonymous: bool = False
    cites: str | None = None
    sources: frozenset[str] = frozenset()
    """The ids of the edition's sources, of which `cites` names one."""

    @property
    def sealed(self) -> bool:
        return self.privacy == CONFIDENTIAL

    def written_by(self, actor: Actor) -> bool:
        return actor.role is not None and actor.role.value in self.writers

    def hides_waiting(self, actor: Actor) -> bool:
        """Whether entries that wait for their review are not there for this reader."""
        return self.reviewed and not self.written_by(actor)

    def metric_name(self, metric: Metric) -> str:
        """Under which name the metric's number leaves a room."""
        return f"reg_{self.code}_{metric.code}"


def every(session: Session, edition_id: UUID, level: str, tier: str | None = None) -> Mapping[str, Register]:
    """The registers of a level by code; with a tier those that it keeps."""
    standards.bodies(session, edition_id)
    found = known(edition_id)
    return {
        code: one
        for code, one in found.items()
        if one.level == level and (tier is None or not one.tiers or tier in one.tiers)
    }


def get(session: Session, edition_id: UUID, level: str, code: str, tier: str | None = None) -> Register:
    """Raises NotFound."""
    if found := every(session, edition_id, level, tier).get(code):
        return found
    raise NotFound(_("标准中没有这本登记簿。"))


def register(body: Mapping[str, Any]) -> Register:
    """A sound definition made typed."""
    data = RegisterShape().load(body)
    sections: tuple[Section, ...] = data["sections"]
    return Register(
        code=data["code"],
        title=data["title"],
        help=data.get("help"),
        level=data["level"],
        privacy=data["privacy"],
        tiers=data.get("tiers", ()),
        writers=frozenset(data["writers"]),
        months=data["keep"]["months"],
        dated=data["dated"],
        form=Definition("register", data["code"], data["title"], sections),
        rows=tuple(Rows(one["code"], one["title"], one["items"]) for one in data["rows"]),
        metrics=tuple(
            Metric(**{name: value for name, value in one.items() if name in Metric.__slots__})
            for one in data["metrics"]
        ),
        reviewed=data.get("reviewed", False),
        anonymous=data.get("anonymous", False),
        cites=data.get("cites"),
    )


@lru_cache(maxsize=32)
def known(edition_id: UUID) -> Mapping[str, Register]:
    """All registers of an edition that was read before."""
    bodies = standards.read(edition_id)
    sources = frozenset(basis.sources(bodies))
    found = (replace(register(body), sources=sources) for (kind, _code), body in bodies.items() if kind == "register")
    return {one.code: one for one in sorted(found, key=lambda one: one.code)}
