"""Sites: the list, one of them, a new one, and where all of them stand."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Choice, Date, Number, Phone, RegionCode, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteKind, SiteState
from huakai_platform.onboarding import board as boards
from huakai_platform.onboarding import dossier, wizard
from huakai_platform.onboarding import listing as lookup
from huakai_platform.onboarding.api import shapes
from huakai_platform.onboarding.api.blueprints import blueprint
from huakai_platform.onboarding.register import Kind, Ownership, Tier
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

NAMES = tuple(name for name in shapes.SiteRow().fields)
COLUMNS = select(*(getattr(Site, name) for name in NAMES))
BY_CODE = api.Order((Site.code, Site.id))


class SitesAsked(api.Paged):
    q = Text(min_length=1, max_length=60, metadata=api.about("编号、名称或拼音首字母 Code, name or initials."))
    region = RegionCode(metadata=api.about("只要这个地区及以下 Only this region and below."))
    state = Choice(SiteState)
    kind = Choice(SiteKind)
    tier = Choice(Tier)
    ownership = Choice(Ownership)


class BoardAsked(api.Asked):
    region = RegionCode()


class NewSite(Strict):
    name = Text(max_length=100, required=True)
    region_code = RegionCode(required=True)
    community = Text(max_length=60)
    address = Text(max_length=200, required=True)
    kind = Choice(Kind, required=True)
    tier = Choice(Tier, required=True)
    ownership = Choice(Ownership)
    host = Text(max_length=60, required=True)
    operator = Text(max_length=60)
    a_name = Text(max_length=60, required=True)
    a_phone = Phone(required=True)
    b_name = Text(max_length=60)
    b_phone = Phone()
    operating_since = Date()
    weekly_hours = Number(0, 168, places=1)
    area = Number(1, 100_000, places=1)
    note = Text(max_length=500, multiline=True)
    override = Text(max_length=500, metadata=api.about("确认不是重复站点的理由 Why it is no duplicate."))


EXAMPLE = {
    "name": "Kaiyuan Road Counselling Room",
    "region_code": "410311002001",
    "address": "1 Kaiyuan Road",
    "kind": "room",
    "tier": "T1",
    "host": "Community service centre",
    "a_name": "Wang Xiaoming",
    "a_phone": "13800000000",
}


@blueprint.get("/sites")
@guard(Permission.SITES_READ)
@blueprint.operation("List sites", "站点列表，按编号排列。", asks=SitesAsked, gives=api.Listed(shapes.SiteRow))
def sites(asked: Any) -> Response:
    return api.page(COLUMNS.where(*lookup.matching(actor(), asked)), BY_CODE, asked, NAMES)


@blueprint.post("/sites")
@guard(Permission.SITES_PREPARE)
@blueprint.operation(
    "Register a site",
    "登记一个站点；有权批准者登记即为已批准，其他人为已申请。疑似重复时须写明理由。",
    takes=NewSite,
    gives=shapes.Moved,
    status=201,
    example=EXAMPLE,
)
def register_site(given: Any) -> Response:
    """The wizard in one step: the same checks, the same duplicates refused."""
    told = {name: str(value) for name, value in given.items() if name != "override"}
    draft = wizard.begin(db(), actor())
    for step in wizard.STEPS:
        wizard.keep(draft, step, told, done=True)
    override = given.get("override", "")
    if errors := wizard.judge(db(), actor(), draft, override).errors:
        wrong = {name: list(said) for step in errors.values() for name, said in step.items()}
        raise Invalid(_("还有内容需要补充或改正。"), wrong)
    site = wizard.finish(db(), actor(), draft.id, override)
    where = url_for(".site", site_id=site.id)
    return api.answer(moved(site), 201, version=site.version, location=where)


@blueprint.get("/sites/<uuid:site_id>")
@guard(Permission.SITES_READ, sample="site")
@blueprint.operation("Read a site", "一个站点，含地区路径和历史。ETag 是它的版本。", gives=shapes.SiteWhole)
def site(site_id: UUID) -> Response:
    found = dossier.of(db(), actor(), site_id)
    whole = {name: getattr(found.site, name) for name in (*NAMES, "edition_id", "note", "created_at")}
    whole["path"] = [{"code": code, "name": name} for code, name in found.path]
    whole["members"] = found.members
    whole["history"] = [
        {
            "at": event.at,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "reason": event.reason,
            "by": event.who,
        }
        for event in found.history
    ]
    return api.answer(whole, version=found.site.version)


@blueprint.get("/board")
@guard(Permission.SITES_READ)
@blueprint.operation("Count sites by state", "各状态的站点数。", asks=BoardAsked, gives=shapes.Board)
def board(asked: Any) -> Response:
    found = boards.of(db(), actor(), asked.get("region"))
    states = [{"state": one.state, "label": one.state.label.render(), "count": one.count} for one in found.columns]
    return api.answer({"total": found.total, "states": states})


def moved(site: Site, operation_id: UUID | None = None) -> dict[str, Any]:
    return {"site_id": site.id, "state": site.state, "version": site.version, "operation_id": operation_id}
