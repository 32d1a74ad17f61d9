"""Drafts and the definitions in them: listed, begun, taken from a file, read, put, retired, restored."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, url_for
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import drafts
from huakai_platform.standards import files as edition_files
from huakai_platform.standards.api import ChangeRow, told
from huakai_platform.standards.definitions import MANY, SHAPES
from huakai_platform.standards.difference import difference
from huakai_platform.standards.drafts import Draft, Name
from huakai_platform.standards.drafts_api.blueprints import blueprint
from huakai_platform.standards.drafts_api.shapes import (
    NAMES,
    DefinitionGiven,
    Drafted,
    DraftedRow,
    DraftRow,
    DraftShown,
    EditionSent,
    TitleGiven,
    shown,
)
from huakai_platform.standards.files import LARGEST
from huakai_platform.standards.models import EditionDraft
from huakai_platform.web import api
from huakai_platform.web.api.arguments import Misfit, spread
from huakai_platform.web.context import actor, db, guard

NEWEST = api.Order((EditionDraft.created_at, EditionDraft.id), falling=True)
NEW_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@blueprint.get("/drafts")
@guard(Permission.STANDARD_READ)
@blueprint.operation("List drafts", "标准草稿，最新在前。", asks=api.Paged, gives=api.Listed(DraftRow))
def listing(asked: Any) -> Response:
    return api.page(select(*(getattr(EditionDraft, name) for name in NAMES)), NEWEST, asked, NAMES)


@blueprint.post("/drafts")
@guard(Permission.STANDARD_WRITE)
@blueprint.operation(
    "Begin a draft", "以最新版本为基础建立草稿。", takes=TitleGiven, gives=DraftShown, status=201,
    example={"zh": "Second edition", "en": "Second edition"},
)  # fmt: skip
def begin(given: Mapping[str, str]) -> Response:
    return _made(drafts.begin(db(), actor(), given))


@blueprint.post("/drafts/import")
@guard(Permission.STANDARD_WRITE)
@blueprint.operation(
    "Make a draft from a file", "核对内容和签名，再成为一份草稿。", files=EditionSent, gives=DraftShown, status=201
)  # fmt: skip
def take_in(files: Mapping[str, Any]) -> Response:
    try:
        return _made(edition_files.take_in(db(), actor(), edition_files.read(files["file"].read(LARGEST + 1))))
    except Invalid as refused:
        raise Invalid(refused.message, {"file": [refused.message]}) from None


@blueprint.get("/drafts/<uuid:draft_id>")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
@blueprint.operation("Read a draft", "一份草稿和发布前要改正的错误。", gives=DraftShown)
def draft(draft_id: UUID) -> Response:
    return shown(draft_id)


@blueprint.get("/drafts/<uuid:draft_id>/difference")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
@blueprint.operation("Compare a draft with its base", "草稿的每处改动。", gives=api.Listed(ChangeRow))
def compare(draft_id: UUID) -> Response:
    found = drafts.load(db(), draft_id)
    return api.listed([told(one) for one in difference(found.base, found.bodies)])


@blueprint.get("/drafts/<uuid:draft_id>/definitions")
@guard(Permission.STANDARD_READ, sample="draft_of_standard")
@blueprint.operation("List the definitions of a draft", "各项定义改动与否。", gives=api.Listed(DraftedRow))
def definitions(draft_id: UUID) -> Response:
    found = drafts.load(db(), draft_id)
    names = sorted({*found.base, *found.bodies})
    return api.listed(
        [
            {"kind": kind, "code": code, "state": _state(found, (kind, code)), "version": found.version(kind, code)}
            for kind, code in names
        ]
    )


@blueprint.get("/drafts/<uuid:draft_id>/definitions/<kind>/<code>")
@guard(Permission.STANDARD_READ, sample="definition_of_draft")
@blueprint.operation("Read a definition of a draft", "一项定义的全文。ETag 是它在草稿中的版本。", gives=Drafted)
def definition(draft_id: UUID, kind: str, code: str) -> Response:
    return _definition(draft_id, kind, code)


@blueprint.put("/drafts/<uuid:draft_id>/definitions/<kind>/<code>")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
@blueprint.operation(
    "Put a definition", "写入一项定义的全部内容；草稿没有动过的，ETag 是 0。", takes=DefinitionGiven, gives=Drafted,
    versioned=True, example={"body": {"kind": "checklist", "code": "weekly"}},
)  # fmt: skip
def put(draft_id: UUID, kind: str, code: str, given: Mapping[str, Any]) -> Response:
    found, body = drafts.load(db(), draft_id), given["body"]
    if kind not in SHAPES or (kind not in MANY and (kind, code) not in found.base):
        raise NotFound(_("标准中没有这项内容。"))
    api.expect(found.version(kind, code))
    _refuse_misfit(body, kind, code, known=(kind, code) in found.base)
    drafts.write(db(), actor(), draft_id, (kind, code), body, found.version(kind, code))
    return _definition(draft_id, kind, code)


@blueprint.delete("/drafts/<uuid:draft_id>/definitions/<kind>/<code>")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
@blueprint.operation("Retire a definition", "新版本不再有它；以前的记录都保留。", status=204, versioned=True)
def retire(draft_id: UUID, kind: str, code: str) -> Response:
    found = drafts.load(db(), draft_id)
    found.body(kind, code)
    if kind not in MANY:
        raise Invalid(_("这一项每个版本都要有，不能停用。"))
    api.expect(found.version(kind, code))
    drafts.write(db(), actor(), draft_id, (kind, code), None, found.version(kind, code))
    return api.nothing()


@blueprint.post("/drafts/<uuid:draft_id>/definitions/<kind>/<code>/restoration")
@guard(Permission.STANDARD_WRITE, sample="definition_of_draft")
@blueprint.operation("Restore a definition", "恢复为基础版本的内容。", status=204)
def revert(draft_id: UUID, kind: str, code: str) -> Response:
    drafts.revert(db(), actor(), draft_id, (kind, code))
    return api.nothing()


def _refuse_misfit(body: Mapping[str, Any], kind: str, code: str, *, known: bool) -> None:
    """Raises Misfit with every place where a definition has not the shape of its kind, or is another one."""
    wrong = spread(SHAPES[kind]().validate(body), ("body",))
    given = {"kind": kind, "code": code}
    wrong += [(("body", name), _("与地址中的不同")) for name, value in given.items() if body.get(name) != value]
    if not known and not NEW_CODE.fullmatch(code):
        wrong.append((("body", "code"), _("代码格式不对")))
    if wrong:
        raise Misfit("json", wrong)


def _state(found: Draft, name: Name) -> str:
    if name not in found.bodies:
        return "retired"
    if name not in found.base:
        return "added"
    return "unchanged" if found.bodies[name] == found.base[name] else "changed"


def _made(draft_id: UUID) -> Response:
    return shown(draft_id, 201, url_for(".draft", draft_id=draft_id))


def _definition(draft_id: UUID, kind: str, code: str) -> Response:
    found = drafts.load(db(), draft_id)
    version = found.version(kind, code)
    return api.answer({"body": found.body(kind, code), "version": version}, version=version)
