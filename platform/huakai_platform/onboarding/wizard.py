"""A single site told step by step: the draft of its author, checked by the rules of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, text
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.events import SitesTakenIn
from huakai_platform.kernel.fields import Choice, Date, Form, Number, Phone, RegionCode, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import codes, creating, likeness
from huakai_platform.onboarding.lookups import DatabaseLookups
from huakai_platform.onboarding.models import SiteDraft, SiteEvent, SiteIntake
from huakai_platform.onboarding.register import Field, Kind, Ownership, RegisterRow, State, Tier, Verdict
from huakai_platform.onboarding.scope import institution_of, region_of

LONGEST = 500


class Place(Form):
    name = Text(max_length=100, required=True)
    region_code = RegionCode(required=True)
    community = Text(max_length=60)
    address = Text(max_length=200, required=True)


class Nature(Form):
    kind = Choice(Kind, required=True)
    tier = Choice(Tier, required=True)
    ownership = Choice(Ownership)
    host = Text(max_length=60, required=True)
    operator = Text(max_length=60)


class People(Form):
    a_name = Text(max_length=60, required=True)
    a_phone = Phone(required=True)
    b_name = Text(max_length=60)
    b_phone = Phone()


class Running(Form):
    operating_since = Date()
    weekly_hours = Number(0, 168, places=1)
    area = Number(1, 100_000, places=1)
    note = Text(max_length=LONGEST, multiline=True)


@dataclass(frozen=True)
class Step:
    name: str
    label: Message
    schema: type[Form]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.schema().fields)


STEPS = (
    Step("place", _("地点"), Place),
    Step("nature", _("性质"), Nature),
    Step("people", _("人员"), People),
    Step("running", _("运营"), Running),
)
REVIEW = "review"
NAMES = (*(step.name for step in STEPS), REVIEW)
ENUMS = {"kind": Kind, "tier": Tier, "ownership": Ownership}


@dataclass(frozen=True)
class Listed:
    id: UUID
    name: str
    step: str
    updated_at: datetime


@dataclass(frozen=True)
class CheckedDraft:
    """A whole draft: what is wrong by step and field, and what the register's rules say once nothing is."""

    row: RegisterRow
    errors: Mapping[str, Mapping[str, Sequence[str]]]
    verdict: Verdict

    @property
    def good(self) -> bool:
        return not self.errors and self.verdict.state is State.NEW


def step_of(name: str) -> Step:
    for step in STEPS:
        if step.name == name:
            return step
    raise NotFound(_("没有这一步。"))


def mine(session: Session, actor: Actor) -> list[Listed]:
    """The actor's drafts, the latest first."""
    rows = session.execute(
        select(SiteDraft.id, SiteDraft.answers["name"].astext, SiteDraft.step, SiteDraft.updated_at)
        .where(SiteDraft.account_id == actor.account_id, SiteDraft.institution_id == actor.institution_id)
        .order_by(SiteDraft.updated_at.desc(), SiteDraft.id)
    )
    return [Listed(draft_id, name or "", NAMES[step], at) for draft_id, name, step, at in rows]


def begin(session: Session, actor: Actor) -> SiteDraft:
    now = clock.now()
    draft = SiteDraft(
        id=uuid7(),
        account_id=actor.account_id,
        institution_id=institution_of(actor),
        step=0,
        answers={},
        created_at=now,
        updated_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def get(session: Session, actor: Actor, draft_id: UUID) -> SiteDraft:
    """A draft of one's own; anybody else's is not there."""
    draft = session.scalar(
        select(SiteDraft)
        .where(
            SiteDraft.id == draft_id,
            SiteDraft.account_id == actor.account_id,
            SiteDraft.institution_id == actor.institution_id,
        )
        .with_for_update()
    )
    if draft is None:
        raise NotFound(_("没有这份草稿。"))
    return draft


def keep(draft: SiteDraft, step: Step, raw: Mapping[str, Any], *, done: bool) -> None:
    """Put what was typed into the draft, right or not; `done` moves it on to the next step."""
    typed = {name: readable(raw.get(name, "")) for name in step.fields}
    draft.answers = {**draft.answers, **typed}
    draft.updated_at = clock.now()
    here = NAMES.index(step.name)
    draft.step = max(draft.step, here + 1) if done else here


def discard(session: Session, actor: Actor, draft_id: UUID) -> None:
    session.delete(get(session, actor, draft_id))


def alike(session: Session, actor: Actor, answers: Mapping[str, Any]) -> Verdict | None:
    """Sites that this one may be, as far as it has been told; None before the place is known."""
    told = _loaded(answers)[0]
    if not told.get("region_code"):
        return None
    lookups = DatabaseLookups(session, institution_of(actor), within=region_of(actor))
    return likeness.judge(likeness.row(**told), lookups)


def judge(session: Session, actor: Actor, draft: SiteDraft, override: str = "") -> CheckedDraft:
    """Check every step by itself and the whole by the rules of the register."""
    values, errors = _loaded(draft.answers)
    row = likeness.row(**values)
    lookups = DatabaseLookups(session, draft.institution_id, within=region_of(actor))
    verdict = likeness.judge(row, lookups, {"override": override})
    found: dict[str, dict[str, list[str]]] = {step: dict(wrong) for step, wrong in errors.items()}
    for problem in verdict.problems:
        if problem.severity == "error":
            _add(found, problem.field, problem.message.render())
    above = lookups.ancestors.get(verdict.township_code or "")
    if above and (region := region_of(actor)) and region not in above:
        _add(found, Field.REGION_CODE, _("这个地区不在您负责的范围内。").render())
    return CheckedDraft(row, found, verdict)


def finish(session: Session, actor: Actor, draft_id: UUID, override: str = "") -> Site:
    """Make the site of a complete draft: approved by whoever decides, applied for by everybody else."""
    draft = get(session, actor, draft_id)
    codes.lock_numbering(session, draft.institution_id)
    checked = judge(session, actor, draft, override)
    if checked.errors:
        raise Invalid(_("还有内容需要补充或改正。"))
    if checked.verdict.state is not State.NEW:
        raise Conflict(likeness.said(checked.verdict))
    site = _make(session, actor, checked)
    session.delete(draft)
    outbox.publish(session, SitesTakenIn())
    session.flush()
    audit.record(session, actor, "sites.created", "site", site.id, state=site.state)
    return site


def _make(session: Session, actor: Actor, checked: CheckedDraft) -> Site:
    lookups = DatabaseLookups(session, institution_of(actor))
    township = checked.verdict.township_code or ""
    (code,) = codes.allot(session, institution_of(actor), [lookups.county_of(township)])
    state = SiteState.APPROVED if actor.can(Permission.SITES_DECIDE) else SiteState.APPLIED
    values = creating.site_of(checked.row, checked.verdict, code, lookups)
    now = clock.now()
    site = Site(**{**values, "institution_id": institution_of(actor), "created_at": now, "state": state.value})
    session.add(site)
    session.flush()
    session.add(SiteIntake(site_id=site.id, people=creating.people_of(checked.row)))
    twins = [twin.name for twin in checked.verdict.duplicates_of]
    details = {"override": checked.verdict.reason, "alike": twins} if checked.verdict.reason else {}
    session.add(
        SiteEvent(
            id=uuid7(),
            site_id=site.id,
            at=now,
            account_id=actor.account_id,
            to_state=state.value,
            details={"wizard": True, **details},
        )
    )
    return site


def _loaded(answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, list[str]]]]:
    """The right values of all steps, and what is wrong by step."""
    values: dict[str, Any] = {}
    errors: dict[str, dict[str, list[str]]] = {}
    for step in STEPS:
        told = {name: answers[name] for name in step.fields if name in answers}
        try:
            values |= step.schema().load(told)
        except ValidationError as error:
            values |= error.valid_data or {}
            wrong = error.messages if isinstance(error.messages, dict) else {}
            errors[step.name] = {name: [_said(one) for one in said] for name, said in wrong.items()}
    typed = {name: ENUMS[name](value) if name in ENUMS else value for name, value in values.items()}
    return typed, errors


def _said(message: Any) -> str:
    return message.render() if isinstance(message, Message) else str(message)


def _add(found: dict[str, dict[str, list[str]]], field: Field, message: str) -> None:
    step = next((step.name for step in STEPS if field.value in step.fields), STEPS[0].name)
    found.setdefault(step, {}).setdefault(field.value, []).append(message)


def readable(value: Any) -> str:
    """What a person typed, unless it hides something or is endless."""
    try:
        return text.clean(value, multiline=True)[:LONGEST]
    except ValidationError:
        return ""
