"""The wizard for a single site: drafts that can be left and taken up again."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import EXCLUDE
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Form, Text
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import SiteKind
from huakai_platform.onboarding import exporting, wizard
from huakai_platform.onboarding.models import SiteDraft
from huakai_platform.onboarding.register import Kind, Ownership
from huakai_platform.onboarding.scope import region_of
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.regions import service as regions
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

Page = str | tuple[str, int]
PICKABLE = frozenset({"county", "township"})


class Nothing(Form):
    """A form of one button."""


class Finish(Form):
    override = Text(max_length=500, load_default="")


class Typed(Form):
    """What stands in the fields while somebody types; half of it may be wrong."""

    class Meta:
        unknown = EXCLUDE

    q = Text(max_length=100)
    name = Text(max_length=200)
    region_code = Text(max_length=200)
    address = Text(max_length=300)


@blueprint.get("/sites/new")
@guard(Permission.SITES_PREPARE)
def new_site() -> str:
    """My drafts, and the beginning of another."""
    return render_template(
        "onboarding/wizard_drafts.html", drafts=wizard.mine(db(), actor()), labels=_labels(), crumbs=_crumbs()
    )


@blueprint.post("/drafts")
@guard(Permission.SITES_PREPARE)
def begin_draft() -> Response:
    draft = wizard.begin(db(), actor())
    return redirect(url_for(".draft", draft_id=draft.id, step=wizard.NAMES[0]), 303)


@blueprint.post("/drafts/<uuid:draft_id>/discard")
@guard(Permission.SITES_PREPARE, sample="draft")
def discard_draft(draft_id: UUID) -> Response:
    wizard.discard(db(), actor(), draft_id)
    flash(gettext("草稿已删除。"), "success")
    return redirect(url_for(".new_site"), 303)


@blueprint.get("/drafts/<uuid:draft_id>/likeness")
@guard(Permission.SITES_PREPARE, sample="draft")
def draft_likeness(draft_id: UUID) -> str:
    """Sites that this one may be, while its place is typed."""
    draft = wizard.get(db(), actor(), draft_id)
    told = {**draft.answers, **inputs.query(Typed())}
    return render_template("onboarding/wizard_alike.html", verdict=wizard.alike(db(), actor(), told))


@blueprint.get("/drafts/<uuid:draft_id>/places")
@guard(Permission.SITES_PREPARE, sample="draft")
def draft_places(draft_id: UUID) -> str:
    """Townships that a few words mean."""
    wizard.get(db(), actor(), draft_id)
    words = inputs.query(Typed()).get("q", "")
    return render_template("onboarding/wizard_places.html", places=_places(words), words=words)


@blueprint.get("/drafts/<uuid:draft_id>/<step>")
@guard(Permission.SITES_PREPARE, sample="draft")
def draft(draft_id: UUID, step: str) -> Page:
    found = wizard.get(db(), actor(), draft_id)
    if step == wizard.REVIEW:
        return _review(found)
    wizard.step_of(step)
    return _step(found, step, FormResult({}, raw=found.answers))


@blueprint.post("/drafts/<uuid:draft_id>/<step>")
@guard(Permission.SITES_PREPARE, sample="draft")
def save_draft(draft_id: UUID, step: str) -> Response | Page:
    found = wizard.get(db(), actor(), draft_id)
    if step == wizard.REVIEW:
        return _finish(found)
    return _save(found, step)


def _save(found: SiteDraft, name: str) -> Response | Page:
    step = wizard.step_of(name)
    form = request.form.to_dict()
    then, words, picked = form.pop("then", "next"), form.pop("q", ""), form.pop("picked", "")
    known = {field: value for field, value in form.items() if field in step.fields}
    if name == "place" and not known.get("region_code", "").strip():
        known["region_code"] = picked
    if then == "search":
        return _step(found, name, FormResult({}, raw=known), words=words)
    wizard.keep(found, step, known, done=False)
    if then == "later":
        flash(gettext("草稿已保存，可随时继续。"), "success")
        return redirect(url_for(".new_site"), 303)
    errors = wizard.judge(db(), actor(), found).errors.get(name, {})
    if errors:
        return _step(
            found, name, FormResult({}, {field: list(said) for field, said in errors.items()}, known), status=422
        )
    wizard.keep(found, step, known, done=True)
    following = wizard.NAMES[wizard.NAMES.index(name) + 1]
    return redirect(url_for(".draft", draft_id=found.id, step=following), 303)


def _step(found: SiteDraft, name: str, given: FormResult, *, words: str = "", status: int = 200) -> Page:
    page = render_template(
        f"onboarding/wizard_{name}.html",
        draft=found,
        here=name,
        steps=_stepper(found),
        values=given.raw,
        errors=given.errors,
        labels=_labels(),
        options=_options(),
        verdict=wizard.alike(db(), actor(), {**found.answers, **given.raw}) if name == "place" else None,
        words=words,
        places=_places(words),
        crumbs=_crumbs(),
    )
    return (page, status) if status != 200 else page


def _finish(found: SiteDraft) -> Response | Page:
    given = inputs.form(Finish())
    if not given.ok:
        return _review(found, given, status=422)
    try:
        with db().begin_nested():
            site = wizard.finish(db(), actor(), found.id, given.values["override"])
    except (Conflict, Invalid) as refused:
        return _review(found, given, refusal=refused.message, status=refused.status)
    flash(gettext("已登记“%(name)s”，编号 %(code)s。", name=site.name, code=site.code), "success")
    return redirect(url_for(".site", site_id=site.id), 303)


def _review(
    found: SiteDraft, given: FormResult | None = None, *, refusal: str | None = None, status: int = 200
) -> Page:
    checked = wizard.judge(db(), actor(), found)
    page = render_template(
        "onboarding/wizard_review.html",
        draft=found,
        here=wizard.REVIEW,
        steps=_stepper(found),
        checked=checked,
        row=checked.row,
        verdict=checked.verdict,
        values=given.raw if given else {},
        errors=given.errors if given else {},
        refusal=refusal,
        labels=_labels(),
        options={name: dict(words) for name, words in _options().items()},
        decides=actor().can(Permission.SITES_DECIDE),
        key=str(uuid7()),
        crumbs=_crumbs(),
    )
    return (page, status) if status != 200 else page


def _places(words: str) -> list[dict[str, str]]:
    """Code and path of the townships found, within the actor's region."""
    words = wizard.readable(words)[:50]
    found = (
        [row for row in regions.find(db(), words, within=region_of(actor()), most=40) if row.level in PICKABLE]
        if words
        else []
    )
    names = regions.names_of(db(), {code for row in found for code in row.ancestors}) if found else {}
    return [
        {"code": row.code, "path": " / ".join(names[code] for code in reversed(row.ancestors[:-1]))}
        for row in found[:12]
    ]


def _stepper(found: SiteDraft) -> list[tuple[Any, str]]:
    labels = _labels()
    return [(labels[name], url_for(".draft", draft_id=found.id, step=name)) for name in wizard.NAMES]


def _labels() -> dict[str, str]:
    """The steps as the reader calls them."""
    return {step.name: step.label.render(gettext) for step in wizard.STEPS} | {wizard.REVIEW: gettext("核对")}


def _options() -> dict[str, list[tuple[str, Any]]]:
    return {
        "kind": [(kind.value, SiteKind(kind.value).label) for kind in Kind],
        "tier": list(exporting.TIER_LABELS.items()),
        "ownership": [(one.value, exporting.OWNERSHIP_LABELS[one]) for one in Ownership],
    }


def _crumbs() -> list[tuple[str, str | None]]:
    return [(gettext("站点"), url_for(".sites")), (gettext("新增站点"), url_for(".new_site"))]
