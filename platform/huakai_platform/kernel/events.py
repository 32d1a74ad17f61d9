"""Everything that is told to other parts, in the past tense; payloads carry ids, never content."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """A fact that became true in the transaction that published it."""

    @property
    def topic(self) -> str:
        return type(self).__name__

    def payload(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class OperationStarted(Event):
    """Long work was asked for; its items wait in `operation_item`. Published under the nil tenant."""

    operation_id: UUID


@dataclass(frozen=True)
class OperationEnded(Event):
    """No item of an operation waits any more. Published under the nil tenant."""

    operation_id: UUID


@dataclass(frozen=True)
class ScheduleFailed(Event):
    """The clock's deed of that name could not be done at its time. Published under the nil tenant."""

    name: str


@dataclass(frozen=True)
class RegionStuck(Event):
    """A region's numbers of a month could not be summed up with the others'. Published under the nil tenant."""

    region_code: str
    month: str


@dataclass(frozen=True)
class SiteOpeningRequested(Event):
    """One item of an opening operation reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class SiteStateChanged(Event):
    """A site moved along its life cycle."""

    site_id: UUID


@dataclass(frozen=True)
class ChecklistCompleted(Event):
    run_id: UUID
    month: str


@dataclass(frozen=True)
class NumbersChanged(Event):
    """Something that is counted changed in a room; its numbers of the month are behind."""

    month: str


@dataclass(frozen=True)
class RegionsMoved(Event):
    """Regions hang elsewhere than before. Published under the nil tenant."""


@dataclass(frozen=True)
class SitesTakenIn(Event):
    """New sites were written down; those after `after` have no numbers yet. Published under the nil tenant."""

    after: str = ""


@dataclass(frozen=True)
class DayTurned(Event):
    """A calendar day began; the sites after `after` have not been told yet. Published under the nil tenant."""

    day: str
    after: str = ""


@dataclass(frozen=True)
class DayBegan(Event):
    """A calendar day began at a site. Published under the site's tenant."""

    day: str


@dataclass(frozen=True)
class FiguresDue(Event):
    """A month is over and its counts of people stand still. Published under the nil tenant."""

    month: str


@dataclass(frozen=True)
class RecountRequested(Event):
    """One item of a recounting operation reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class HeadsDue(Event):
    """The heads of a day's audit chains are to be signed. Published under the nil tenant."""

    day: str


@dataclass(frozen=True)
class SiteEntered(Event):
    """Somebody of the console looked into a site. Published under the nil tenant."""

    visit_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class VisitMade(Event):
    """Somebody from above looked into this site. Published under the site's tenant."""

    visit_id: UUID


@dataclass(frozen=True)
class AskedAbove(Event):
    """A `proposal` or a `waiver` waits for the institution's word. Published under the asker's tenant."""

    kind: str
    institution_id: UUID


@dataclass(frozen=True)
class WaiverDecided(Event):
    """A waiver of a site was approved, declined or withdrawn. Published under the nil tenant."""

    waiver_id: UUID
    site_id: UUID
    state: str


@dataclass(frozen=True)
class ProposalDecided(Event):
    """A proposal was accepted, declined or merged; `site_id` is None for an office's. Under the nil tenant."""

    proposal_id: UUID
    site_id: UUID | None
    state: str


@dataclass(frozen=True)
class ReminderRequested(Event):
    """One item of a reminding operation reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class ActivityShared(Event):
    """An activity that belongs to another site as well is counted here. Published under the site's tenant."""

    activity_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class TotalReported(Event):
    """A region's total of past activities was entered or withdrawn. Published under the nil tenant."""

    total_id: UUID


@dataclass(frozen=True)
class ReleaseTried(Event):
    """One item of a release's dry run reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class ReleaseReached(Event):
    """One item of a release reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class ReleaseTakenBack(Event):
    """One item of a release's roll-back reached its site. Published under the site's tenant."""

    operation_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class EditionConfirmed(Event):
    """A room has read what a release changed for it. Published under the site's tenant."""

    release_id: UUID


@dataclass(frozen=True)
class InvitationIssued(Event):
    """An invitation or reset waits to be mailed."""

    invitation_id: UUID


@dataclass(frozen=True)
class RoleEnded(Event):
    """Somebody's role was ended, maybe the last one. Published where it was ended: in its room or in the console."""

    account_id: UUID


@dataclass(frozen=True)
class ResendRequested(Event):
    """An operator sends a dead outbox row again."""

    tenant_id: UUID
    outbox_id: UUID


EVENTS = tuple(Event.__subclasses__())
