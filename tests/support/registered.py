"""Registers of all kinds, and entries in them, for tests and for the identifiers of URLs."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.registers import definitions, entries, entry_store, sheet
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.uploads import InstitutionUploads
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import EditionFiles, check, edition_digest, load_shipped, sealed
from huakai_tenants.registers import entry_stores
from huakai_tenants.registers.uploads import RoomUploads
from tests.support.make import Make
from tests.support.worlds import World


def body(named: str, **changes: Any) -> dict[str, Any]:
    """A register with a date, words, a number and a choice, rows of its own, and three metrics."""
    items: list[dict[str, Any]] = [
        {"code": "on", "kind": "date", "text": {"zh": "日期", "en": "Day"}},
        {"code": "about", "kind": "text", "text": {"zh": "事由", "en": "About"}},
        {"code": "pieces", "kind": "integer", "required": False, "min": 0, "text": {"zh": "件数", "en": "Pieces"}},
        {
            "code": "way",
            "kind": "choice",
            "required": False,
            "text": {"zh": "方式", "en": "Way"},
            "options": [{"code": one, "text": {"zh": one, "en": one}} for one in ("ask", "consult")],
        },
    ]
    entry = {"code": "entry", "title": {"zh": "登记", "en": "Entry"}}
    return {
        "kind": "register",
        "code": named,
        "title": {"zh": f"登记{named}", "en": f"Register {named}"},
        "level": "site",
        "privacy": "open",
        "writers": ["site_head", "counsellor"],
        "keep": {"months": 12, "proposed": True},
        "dated": "on",
        "sections": [{**entry, "items": [{**item, "proposed": True} for item in items]}],
        "rows": [{"code": "units", "title": {"zh": "办理单位", "en": "Units"}, "items": [_row("unit"), _row("reply")]}],
        "metrics": [
            _metric("all", counting="entries"),
            _metric("consulted", counting="entries", where_item="way", where_is="consult", share_of="all"),
            _metric("pieces", counting="sum", item="pieces"),
        ],
    } | changes


def with_registers(make: Make, *more: dict[str, Any]) -> UUID:
    """An edition after the shipped one that also has these registers."""
    shipped = load_shipped()
    bodies = [*(copy.deepcopy(one.body) for one in shipped.definitions), *more]
    next(one for one in bodies if one["kind"] == "edition")["number"] = 2
    check({f"{one['kind']}/{one['code']}": one for one in bodies})
    found = tuple(sorted((sealed(one) for one in bodies), key=lambda one: one[:2]))
    digest = edition_digest(2, {(one.kind, one.code): one.digest for one in found})
    with make.databases.session(Login.OVERSIGHT) as session:
        return standards.publish(session, EditionFiles(2, shipped.title, found, digest))


def register_of(make: Make, edition_id: UUID, code: str, level: str = definitions.SITE) -> Register:
    with make.databases.session(Login.OVERSIGHT) as session:
        return definitions.get(session, edition_id, level, code)


def written(make: Make, actor: Actor, site: Site, code: str, answers: Mapping[str, Any]) -> UUID:
    """An entry that a person of the room writes."""
    assert site.edition_id is not None
    register = register_of(make, site.edition_id, code)
    with make.databases.session(Login.WORKER, site.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    with make.databases.session(Login.TENANT, site.id) as session:
        kept = entry_stores.entry_store(session, register, make.settings.master_key)
        return entries.add(session, actor, kept, register, answers, site.edition_id)


def of_institution(make: Make, actor: Actor, edition_id: UUID, code: str, answers: Mapping[str, Any]) -> UUID:
    """An entry that a person of the institution writes."""
    register = register_of(make, edition_id, code, definitions.INSTITUTION)
    assert actor.institution_id is not None
    with make.databases.session(Login.OVERSIGHT) as session:
        return entries.add(
            session, actor, entry_store.of_institution(actor.institution_id), register, answers, edition_id
        )


def register(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"code": "visitors"}


def register_entry(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    today = clock.today().isoformat()
    visit = {"visited_on": today, "unit": "Office", "rank": "township", "people": 6, "purpose": "study"}
    return {
        "code": "visitors",
        "entry_id": written(world.make, _writer(owner, "site_head"), site, "visitors", {"items": visit}),
    }


def institution_register(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"code": "policies"}


def institution_entry(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    assert site.edition_id is not None
    policy = {"issued_on": clock.today().isoformat(), "title": "Plan", "issuer": "Office"}
    writer = _writer(owner, "institution_admin")
    return {
        "code": "policies",
        "entry_id": of_institution(world.make, writer, site.edition_id, "policies", {"items": policy}),
    }


def register_upload(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    assert site.edition_id is not None
    settings, found = world.make.settings, register_of(world.make, site.edition_id, "visitors")
    with world.make.databases.session(Login.WORKER, site.id) as session:
        vault.ensure_key(session, settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as session:
        uploads = RoomUploads(session, settings.master_key, found.code)
        kept = uploads.keep(owner, "a.xlsx", sheet.template(found, [], "zh"))
    return {"code": found.code, "import_id": kept}


def institution_upload(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    assert site.edition_id is not None
    found = register_of(world.make, site.edition_id, "policies", definitions.INSTITUTION)
    with world.make.databases.session(Login.OVERSIGHT) as session:
        uploads = InstitutionUploads(session, site.institution_id, found.code)
        return {"code": found.code, "import_id": uploads.keep(owner, "a.xlsx", sheet.template(found, [], "zh"))}


def _writer(owner: Actor, role: str) -> Actor:
    """Somebody of the owner's place who may write."""
    return replace(owner, role=Role(role))


def _row(code: str) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "text",
        "required": code == "unit",
        "text": {"zh": code, "en": code},
        "proposed": True,
    }


def _metric(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "title": {"zh": code, "en": code}, "unit": {"zh": "件", "en": "pieces"}, **more}
