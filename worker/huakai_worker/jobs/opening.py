"""Opens one site: everything that makes it a tenant, in one transaction, as often as it is asked."""

from functools import partial
from typing import Any
from uuid import UUID

from huakai_platform.compliance import standing
from huakai_platform.drift import standing as drift
from huakai_platform.identity import invitations
from huakai_platform.identity.deciding import Taken
from huakai_platform.identity.invitations import Invited
from huakai_platform.identity.naming import Person
from huakai_platform.kernel import audit, clock, operations, vault
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.errors import Conflict, HuakaiError
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import SiteKind, SiteState
from huakai_platform.onboarding import opening
from huakai_platform.onboarding.opening import Task
from huakai_platform.oversight import facts
from huakai_platform.standards.pinned import Pinned
from huakai_tenants.checklists import schedule
from huakai_tenants.measures import compliance, deviations, workload
from huakai_tenants.premises import service as premises
from huakai_tenants.staff import enrolling
from huakai_tenants.staff.enrolling import Newcomer
from huakai_worker.scope import Work

ROLES = {"A": Role.SITE_HEAD, "B": Role.COUNSELLOR}


def open_site(work: Work, *, operation_id: str, site_id: str) -> None:
    """Open a site or say at its item why not. Anything unexpected leaves nothing behind and is tried again."""
    operation, site = UUID(operation_id), UUID(site_id)
    task = opening.take(work.session, operation, site)
    refusal = None
    if not task.settled:
        try:
            with work.session.connection().begin_nested():
                _open(work, task)
        except HuakaiError as refused:
            refusal = refused.message
    operations.finish_item(work.session, operation, site, error=refusal)
    if refusal is None and not task.settled:
        about = {"operation": operation, "asked_by": task.asked_by}
        audit.record(work.session, None, "sites.opened", "site", site, **about)


def _open(work: Work, task: Task) -> None:
    session, site = work.session, task.site
    edition_id = opening.admit(task)
    key = vault.ensure_key(session, work.settings.master_key)
    premises.create_spaces(session, edition_id, site.tier)
    people = _people(task)
    invited = _invite(work, task, people)
    phones = {who.account_id: person.phone for who, person in zip(invited, people, strict=True) if person.phone}
    vault.keep_phones(session, key, phones)
    members: Any = enrolling.enrol(
        session,
        [
            Newcomer(who.account_id, person.name, person.role, person.post)
            for who, person in zip(invited, people, strict=True)
        ],
    )
    opening.complete(session, task, edition_id)
    today = clock.today()
    schedule.first(session, edition_id=edition_id, tier=site.tier, today=today)
    now = facts.Standing(site.id, site.region_code, SiteKind(site.kind), SiteState.OPEN)
    room = Pinned(edition_id, site.tier, today, site.operating_since)
    facts.recompute(session, now, clock.month(today), partial(workload.of_a_new_room, room=room))
    measures = compliance.of_a_new_room(session, edition_id, site.tier, today, members)
    standing.first(session, site.id, site.region_code, edition_id, site.operating_since or today, measures)
    departures = deviations.of_a_new_room(session, room, today, members, site.weekly_hours)
    drift.first(session, site.id, site.region_code, edition_id, today, departures)


def _invite(work: Work, task: Task, people: list[Person]) -> list[Invited]:
    """Raises Conflict when a post of the register's people is somebody else's, or whose account is disabled."""
    site = task.site
    place = {"institution_id": site.institution_id, "site_id": site.id, "site_code": site.code}
    try:
        return invitations.invite_all(work.session, people, lookup_key=work.settings.lookup_key, **place)
    except Taken as refused:
        said = _("不能邀请名册上的人：{said}。请先在账号页面处理，再开通。", said=refused.message)
        raise Conflict(said) from None


def _people(task: Task) -> list[Person]:
    """The persons of the register; one whose name is not known yet is called by the post."""
    return [
        Person(about.get("name") or f"{post}角", role, post=post, phone=about.get("phone") or None)
        for post, role in ROLES.items()
        if (about := task.people.get(post))
    ]
