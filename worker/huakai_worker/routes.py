"""Which jobs each event starts: the whole page."""

from collections.abc import Callable, Mapping

from huakai_platform.kernel import events
from huakai_platform.kernel.events import Event
from huakai_worker.jobs import (
    accounts,
    activities,
    asking,
    checklists,
    clockwork,
    compliance,
    drift,
    facts,
    figures,
    mail,
    notices,
    opening,
    operations,
    premises,
    proposals,
    registers,
    releases,
    reminders,
    staff,
    trail,
    training,
)

Job = Callable[..., None]
"""`job(work: Work, **payload)`: runs in the transaction of its row, any number of times."""

ROUTES: Mapping[type[Event], tuple[Job, ...]] = {
    events.OperationStarted: (operations.fan_out,),
    events.OperationEnded: (notices.tell_ending,),
    events.ScheduleFailed: (clockwork.again,),
    events.RegionStuck: (facts.fold_region,),
    events.SiteOpeningRequested: (opening.open_site,),
    events.RegionsMoved: (facts.regions_moved,),
    events.SitesTakenIn: (facts.sites_taken_in,),
    events.SiteStateChanged: (facts.site_changed, compliance.site_changed, drift.site_changed),
    events.ChecklistCompleted: (
        facts.checklist_completed,
        compliance.checklist_completed,
        drift.checklist_completed,
    ),
    events.NumbersChanged: (
        facts.numbers_changed,
        facts.people_changed,
        compliance.numbers_changed,
        drift.numbers_changed,
        premises.numbers_changed,
    ),
    events.DayTurned: (facts.day_turned,),
    events.DayBegan: (
        checklists.day_began,
        checklists.remind,
        training.day_began,
        facts.day_began,
        facts.count_people,
        compliance.day_began,
        drift.day_began,
        staff.day_began,
        premises.equipment_of_the_day,
        premises.wall_documents_of_the_day,
        premises.day_began,
        registers.day_began,
        trail.report_head,
    ),
    events.HeadsDue: (trail.sign_heads,),
    events.FiguresDue: (figures.release_month,),
    events.RecountRequested: (figures.recount,),
    events.SiteEntered: (compliance.site_entered,),
    events.VisitMade: (compliance.visit_made,),
    events.AskedAbove: (asking.asked_above,),
    events.WaiverDecided: (drift.waiver_decided,),
    events.ProposalDecided: (proposals.decided,),
    events.ReminderRequested: (reminders.remind,),
    events.ActivityShared: (activities.shared,),
    events.TotalReported: (facts.total_reported,),
    events.ReleaseTried: (releases.attempt,),
    events.ReleaseReached: (releases.reach,),
    events.ReleaseTakenBack: (releases.bring_back,),
    events.EditionConfirmed: (releases.confirmed,),
    events.InvitationIssued: (mail.send,),
    events.RoleEnded: (accounts.free_contacts,),
    events.ResendRequested: (operations.resend,),
}
DEAD_LETTER_HANDLERS: Mapping[type[Event], Job] = {
    events.SiteOpeningRequested: operations.give_up,
    events.RecountRequested: operations.give_up,
    events.ReminderRequested: operations.give_up,
    events.ReleaseTried: operations.give_up,
    events.ReleaseReached: releases.give_up,
    events.ReleaseTakenBack: operations.give_up,
}
"""What is written when an event's row dies, so that nobody waits for it."""

_BY_TOPIC = {event.__name__: event for event in events.EVENTS}


class NoRoute(LookupError):
    """No job is known for a topic; the row waits, dies and can be sent again once there is one."""


def jobs(topic: str) -> tuple[Job, ...]:
    try:
        return ROUTES[_BY_TOPIC[topic]]
    except KeyError:
        raise NoRoute(topic) from None


def dead_letter_handler(topic: str) -> Job | None:
    event = _BY_TOPIC.get(topic)
    return DEAD_LETTER_HANDLERS.get(event) if event else None
