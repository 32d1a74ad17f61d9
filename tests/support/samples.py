"""Objects that the identifiers of URLs stand for, by the name that a route declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from huakai_platform.compliance.models import Assessment
from huakai_platform.identity import sessions
from huakai_platform.identity.models import Account, AccountSession, ApiToken, Invitation, Membership
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.access import Actor, Permission, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.events import SitesTakenIn
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.operations import Operation, OperationItem
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.onboarding import importing
from huakai_platform.onboarding.models import RegisterImport, SiteDraft
from huakai_templates import assets
from huakai_tenants.premises.models import Space
from tests.support.active import (
    activity,
    activity_effect,
    activity_import,
    activity_photo,
    activity_total,
    arrival,
    plan_month,
    region_total,
)
from tests.support.checked import attachment, checklist, point, point_file, run, run_import
from tests.support.checked import photo as photo
from tests.support.drafted import definition, draft_in_review, draft_of_standard, two_editions
from tests.support.drifted import requirement, waiver, waiver_in_force
from tests.support.exported import export, export_file, export_waiting
from tests.support.lookups import REGISTER_WITH_ERRORS
from tests.support.premises import equipment_import, equipment_item, premises_photo
from tests.support.proposed import proposal
from tests.support.register import qualification, staff_file, staff_import, staff_member
from tests.support.registered import (
    institution_entry,
    institution_register,
    institution_upload,
    register_entry,
    register_upload,
)
from tests.support.registered import register as named_register
from tests.support.released import edition_change, release
from tests.support.staffed import Staffed
from tests.support.trained import training_import, training_record, training_scan
from tests.support.varied import variation
from tests.support.worlds import Relation, World

Maker = Callable[[World, Actor, Site], Mapping[str, Any]]
FOREIGN = frozenset({Relation.FOREIGN})
REGIONAL = frozenset({Relation.FOREIGN, Relation.BEYOND})
PERSONAL = frozenset({Relation.FOREIGN, Relation.COLLEAGUE})


@dataclass(frozen=True)
class Sample:
    """How to make one, and whose of them must look as if it were not there."""

    make: Maker
    hidden: frozenset[Relation] = frozenset()
    missing: bool = True


def session(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.MIGRATOR) as opened:
        token = sessions.start(
            opened, owner.account_id, device="t", address="::1", owes_second_factor=False, membership_id=None
        )
        opened.flush()
        wanted = select(AccountSession.id).where(AccountSession.token_hash == sessions.digest(token))
        return {"session_id": opened.scalar(wanted)}


def membership(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    account = world.make.account()
    row = world.make.add(
        Membership(
            id=uuid7(),
            account_id=account.id,
            institution_id=site.institution_id,
            role=Role.COUNSELLOR.value,
            site_id=site.id,
            created_at=clock.now(),
        )
    )
    return {"account_id": account.id, "membership_id": row.id}


def site(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"site_id": site.id}


def draft(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    now = clock.now()
    row = SiteDraft(
        id=uuid7(),
        account_id=owner.account_id,
        institution_id=site.institution_id,
        step=0,
        answers={},
        created_at=now,
        updated_at=now,
    )
    world.make.add(row)
    return {"draft_id": row.id, "step": "place"}


def operation(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = Operation(
        id=uuid7(),
        kind="open_sites",
        title=_("开通 {count} 个站点", count=1),
        total=1,
        params={},
        created_by=owner.account_id,
        region_code=owner.region_code,
        created_at=clock.now(),
        institution_id=site.institution_id,
        ancestors=site.ancestors,
    )
    world.make.add(row)
    world.make.add(OperationItem(operation_id=row.id, position=1, site_id=site.id, label=site.name, state="waiting"))
    return {"operation_id": row.id}


def register_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """A checked import; the first of a world is really read, the others are its copies."""
    kept = world.kept.get("register_import")
    if kept is None:
        reader = world.fresh(Role.INSTITUTION_ADMIN)
        with world.make.databases.session(Login.OVERSIGHT) as opened:
            row = importing.check(opened, reader, "register.xlsx", REGISTER_WITH_ERRORS.read_bytes())
            kept = {column.key: getattr(row, column.key) for column in RegisterImport.__table__.columns}
        world.kept["register_import"] = kept
    copy = kept | {"id": uuid7(), "account_id": owner.account_id, "institution_id": site.institution_id}
    world.make.add(RegisterImport(**copy))
    return {"import_id": copy["id"]}


def message(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        row_id = outbox.publish(opened, SitesTakenIn())
    with world.make.databases.session(Login.MIGRATOR, site.id) as opened:
        row = opened.get_one(OutboxMessage, (site.id, row_id))
        row.attempts, row.dead_at, row.last_error = 10, clock.now(), _("没有这个站点。")
    return {"tenant_id": site.id, "message_id": row_id}


def site_indicator(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"site_id": site.id, "indicator": "area"}


def indicator(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"indicator": "area"}


def site_photo(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """A photo of a daily check of the site."""
    staffed = Staffed(world.make, site)
    run_id = staffed.daily(clock.today(), done=clock.today(), opened="yes")
    return {"site_id": site.id, "photo_id": staffed.photo(run_id, photo())}


def assessment(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = Assessment(
        tenant_id=site.id,
        id=uuid7(),
        edition_id=site.edition_id,
        as_of=clock.today(),
        age_set="C",
        percent=90,
        grade="excellent",
        digest="0" * 64,
        bundle=b"{}",
        sealed_by=owner.account_id,
        sealed_at=clock.now(),
    )
    world.make.add(row, site.id)
    return {"site_id": site.id, "assessment_id": row.id}


def space(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = Space(id=uuid7(), tenant_id=site.id, code=f"extra_{uuid7().hex}", state="planned", created_at=clock.now())
    world.make.add(row, site.id)
    return {"space_id": row.id}


def api_token(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    if owner.membership_id is None:
        owner = world.make.member(Role.INSTITUTION_ADMIN, account=Account(id=owner.account_id, name=owner.name))
    token = world.make.bearer(owner, [Permission.SELF], site_id=owner.site_id)
    return {"token_id": _token_id(world, token)}


def service_token(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    assert owner.role
    maker = world.far if owner.institution_id == world.far.institution().id else world.make
    service = maker.member(owner.role, site if owner.site_id else None)
    token = world.make.bearer(service, [Permission.SELF], site_id=owner.site_id, kind="service")
    return {"token_id": _token_id(world, token)}


def _token_id(world: World, token: str) -> UUID:
    with world.make.databases.session(Login.MIGRATOR) as opened:
        return opened.scalars(select(ApiToken.id).where(ApiToken.token_hash == sessions.digest(token))).one()


def region(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"code": site.region_code}


def docs_file(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"filename": "swagger-ui.css"}


def link(purpose: str) -> Maker:
    def make(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
        token = uuid7().hex
        account = world.make.account()
        world.make.add(
            Invitation(
                id=uuid7(),
                account_id=account.id,
                purpose=purpose,
                token_hash=sessions.digest(token),
                created_at=clock.now(),
                issued_at=clock.now(),
                expires_at=clock.now().replace(year=clock.now().year + 1),
            )
        )
        return {"token": token}

    return make


def asset(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"filename": assets.url("app.css").removeprefix("/static/").partition("?")[0]}


def notice(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    told = uuid7()
    row = Notice(
        id=told,
        account_id=owner.account_id,
        dedup=str(told),
        kind="t",
        text=_("开通 {count} 个站点", count=1),
        href="/",
        created_at=clock.now(),
    )
    world.make.add(row, owner.site_id or PLATFORM)
    return {"notice_id": told}


SAMPLES: dict[str, Sample] = {
    "api.docs_file": Sample(docs_file),
    "account": Sample(membership, FOREIGN),
    "activity": Sample(activity, FOREIGN),
    "activity_effect": Sample(activity_effect, FOREIGN),
    "activity_import": Sample(activity_import, FOREIGN),
    "activity_photo": Sample(activity_photo, FOREIGN),
    "arrivals.arrive": Sample(arrival),
    "arrivals.page": Sample(arrival),
    "activity_total": Sample(activity_total, FOREIGN),
    "assessment": Sample(assessment, REGIONAL),
    "attachment": Sample(attachment, FOREIGN),
    "checklist": Sample(checklist, missing=False),
    "definition": Sample(definition),
    "definition_here": Sample(lambda world, owner, site: {"kind": "spaces", "code": "spaces"}, missing=False),
    "definition_of_draft": Sample(draft_of_standard),
    "draft": Sample(draft, PERSONAL),
    "draft_in_review": Sample(draft_in_review),
    "draft_of_standard": Sample(draft_of_standard),
    "edition_change": Sample(edition_change, FOREIGN),
    "entry_of_draft": Sample(draft_of_standard),
    "equipment_import": Sample(equipment_import, FOREIGN),
    "equipment_item": Sample(equipment_item, FOREIGN),
    "identity.accept": Sample(link("invite")),
    "identity.reset": Sample(link("reset")),
    "export": Sample(export, PERSONAL),
    "export_file": Sample(export_file, PERSONAL),
    "export_waiting": Sample(export_waiting, PERSONAL),
    "indicator": Sample(indicator, missing=False),
    "membership": Sample(membership, FOREIGN),
    "message": Sample(message),
    "notice": Sample(notice, PERSONAL),
    "operation": Sample(operation, REGIONAL),
    "region": Sample(region, missing=False),
    "plan_month": Sample(plan_month, missing=False),
    "point": Sample(point, FOREIGN),
    "point_file": Sample(point_file, FOREIGN),
    "premises_photo": Sample(premises_photo, FOREIGN),
    "proposal": Sample(proposal, REGIONAL),
    "qualification": Sample(qualification, FOREIGN),
    "region_total": Sample(region_total, REGIONAL),
    "release": Sample(release),
    "institution_entry": Sample(institution_entry, FOREIGN),
    "institution_register": Sample(institution_register, missing=False),
    "register": Sample(named_register, missing=False),
    "register_entry": Sample(register_entry, FOREIGN),
    "institution_upload": Sample(institution_upload, FOREIGN),
    "register_upload": Sample(register_upload, FOREIGN),
    "register_import": Sample(register_import, REGIONAL),
    "requirement": Sample(requirement, missing=False),
    "room_token": Sample(service_token, FOREIGN),
    "room_assessment": Sample(assessment, FOREIGN),
    "run": Sample(run, FOREIGN),
    "run_import": Sample(run_import, FOREIGN),
    "set_of_spaces": Sample(lambda world, owner, site: {"code": "comprehensive"}, missing=False),
    "service_token": Sample(service_token, FOREIGN),
    "session": Sample(session, PERSONAL),
    "setup_step": Sample(lambda world, owner, site: {"step": "people"}, missing=False),
    "site": Sample(site, REGIONAL),
    "site_requirement": Sample(
        lambda world, owner, site: {"site_id": site.id, **requirement(world, owner, site)}, REGIONAL
    ),
    "site_indicator": Sample(site_indicator, REGIONAL),
    "site_photo": Sample(site_photo, REGIONAL),
    "space": Sample(space, FOREIGN),
    "staff_file": Sample(staff_file, FOREIGN),
    "staff_import": Sample(staff_import, FOREIGN),
    "staff_member": Sample(staff_member, FOREIGN),
    "static": Sample(asset, missing=True),
    "token": Sample(api_token, PERSONAL),
    "threshold": Sample(lambda world, owner, site: {"code": "room_photos"}, missing=False),
    "local_name": Sample(lambda world, owner, site: {"kind": "spaces", "code": "individual_room"}, missing=False),
    "variation": Sample(variation, FOREIGN),
    "two_editions": Sample(two_editions),
    "wall_document": Sample(lambda world, owner, site: {"code": "hotline"}, missing=False),
    "waiver": Sample(waiver, REGIONAL),
    "waiver_in_force": Sample(waiver_in_force, REGIONAL),
    "work_day": Sample(lambda world, owner, site: {"day": "2026-01-02"}, missing=False),
    "training_import": Sample(training_import, FOREIGN),
    "training_record": Sample(training_record, FOREIGN),
    "training_scan": Sample(training_scan, FOREIGN),
}
"""A public route's sample has the name of its endpoint."""


SECRETS = frozenset({"token", "filename"})
QUERIES: dict[str, dict[str, str]] = {"exports.new": {"list": "sites"}, "onboarding.transition": {"to": "planning"}}
"""What a page cannot be asked for without."""


def absent(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same places with identifiers that nobody has, each as long as the other; what is no identifier stays."""
    return {
        name: _other(value) if isinstance(value, UUID) or name in SECRETS else value for name, value in values.items()
    }


def _other(value: Any) -> Any:
    return uuid7() if isinstance(value, UUID) else uuid7().hex.ljust(len(value), "0")[: len(value)]
