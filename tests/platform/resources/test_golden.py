"""What a list asks, takes, gives, prints and sends to the database stands in a file: its changes are seen in the diff.

`HUAKAI_GOLDEN=1` writes the files anew.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields, missing

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import ROOM, Role
from huakai_platform.kernel.config import Login
from tests.support.forms import recorded
from tests.support.make import Make
from tests.support.web import statements, token
from tests.support.worlds import HTML

GOLDEN = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class List:
    """Where a list stands, where its export, its table, and with which questions it is asked."""

    page: str
    export: str
    table: str
    questions: tuple[str, ...]
    role: Role = Role.SITE_HEAD
    login: Login = Login.TENANT
    sheet: str = ""
    """Where the sheet to fill in is, for a list that has one and a form."""
    documented: str = ""
    """A part of its addresses in the document of the API, where it is not the list's name."""


def of_console(page: str, export: str, table: str, *questions: str, documented: str = "") -> List:
    about = {"role": Role.INSTITUTION_ADMIN, "login": Login.OVERSIGHT, "documented": documented}
    return List(f"/console/{page}", f"/console/{export}", table, ("", *questions), **about)  # type: ignore[arg-type]


LISTS: dict[str, List] = {
    "activities": List(
        "/room/activities",
        "/room/activities/list.xlsx",
        "tenant.activity",
        ("", "?direction=out&sort=-people", "?page=2"),
        sheet="/room/activities/imports/template.xlsx",
    ),
    "equipment": List(
        "/room/equipment",
        "/room/equipment/register.xlsx",
        "tenant.equipment_item",
        ("", "?state=all&q=lx%25&sort=-bought", "?kind=computer&space=s1&wants=check&state=in_use&sort=warranty"),
        sheet="/room/equipment/imports/template.xlsx",
    ),
    "registers": List(
        "/room/registers/visitors",
        "/room/registers/visitors/export",
        "tenant.register_entry",
        (
            "",
            "?state=all&q=lx%25&sort=-people",
            "?since=2026-01-05&until=2026-02-05&is_rank=city&state=cancelled&page=2",
        ),
        sheet="/room/registers/visitors/imports/template.xlsx",
    ),
    "staff": List(
        "/room/staff",
        "/room/staff/register.xlsx",
        "tenant.staff_member",
        ("", "?q=li&sort=-name", "?state=all&page=2"),
        sheet="/room/staff/imports/template.xlsx",
    ),
    "training": List(
        "/room/training/records",
        "/room/training/records.xlsx",
        "tenant.training_record",
        ("", "?sort=-expires", "?page=2"),
        sheet="/room/training/imports/template.xlsx",
    ),
    "sites": of_console(
        "sites",
        "sites/export",
        "platform.site",
        "?sort=-state",
        "?sort=since&kind=room",
        "?region=410300000000&q=lt",
        "?page=2",
    ),
    "compliance": of_console(
        "compliance",
        "compliance/export",
        "platform.site",
        "?sort=risk",
        "?grade=none&sort=-percent",
        "?risk=high&sort=name",
    ),
    "drift": of_console(
        "drift",
        "drift/export",
        "platform.site",
        "?sort=unexplained",
        "?tier=T2&sort_of=waived",
        "?kind=space&sort=-code",
    ),
    "accounts": of_console(
        "accounts", "accounts.xlsx", "platform.account", "?q=li&role=auditor", "?state=active&sort=-seen"
    ),
    "operations": of_console("operations", "operations/export", "platform.operation", "?page=2"),
    "trail": of_console(
        "trail",
        "trail/export.xlsx",
        "tenant.audit_entry",
        "?deed=trail.exported",
        "?q=li&since=2026-01-01&until=2026-02-01",
    ),
    "proposals": of_console("proposals", "proposals/export", "platform.proposal", "?kind=spaces&state=open", "?page=2"),
    "waivers": of_console("waivers", "waivers/export", "platform.waiver", "?state=approved", "?region=410300000000"),
}
SIGNED_IN = "platform.account_session"
"""What every page reads first, whatever it lists."""
SETTINGS = ("max_length", "min_length", "multiline", "min", "max", "places", "choices")
LITERAL = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_what_its_file_says(app: Flask, make: Make, name: str) -> None:
    role = LISTS[name].role
    client = make.browser(app, make.member(role, make.site() if role in ROOM else None))
    client.environ_base["HTTP_ACCEPT"] = HTML
    said = "\n".join(lines(app, client, name)) + "\n"
    file = GOLDEN / f"{name}.txt"
    if "HUAKAI_GOLDEN" in os.environ:
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8"), "see the difference, and write the file anew if it is meant"


def lines(app: Flask, client: FlaskClient, name: str) -> Iterator[str]:
    known = LISTS[name]
    with recorded() as read:
        client.get(known.page)
        if known.sheet:
            client.post(f"{known.page}/new", headers={"X-CSRFToken": token(client)})
    for kind, schemas in (("query", read.query), ("form", read.form)):
        if schemas:
            yield f"# {kind}"
            yield from (schema(one, field) for of in schemas.values() for one, field in of.items())
    for title, path in (("sheet", known.sheet), ("export", known.export)):
        if path:
            yield f"# {title}"
            yield from heads(client.get(path).data)
    yield "# statements"
    for question in known.questions:
        with statements(app, known.login) as seen:
            assert client.get(known.page + question).status_code == 200, question
        yield from (f"{question or '-'}: {folded(one)}" for one in seen if known.table in one and SIGNED_IN not in one)
    yield "# document"
    document = json.loads(client.get("/api/v1/openapi.json").data)
    paths = {path: said for path, said in document["paths"].items() if f"/{known.documented or name}" in path}
    yield json.dumps(paths, ensure_ascii=False, indent=1, sort_keys=True)
    parts = document["components"]["schemas"]
    wanted = sorted(set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(paths))))
    yield json.dumps({one: parts[one] for one in wanted}, ensure_ascii=False, indent=1, sort_keys=True)


def schema(name: str, field: fields.Field[Any]) -> str:
    about = {key: list(value) if key == "choices" else value for key, value in vars(field).items() if key in SETTINGS}
    pattern = {"pattern": field.pattern.pattern} if hasattr(field, "pattern") else {}
    default = {} if field.load_default is missing else {"default": field.load_default}
    required = {"required": True} if field.required else {}
    return f"{name}: {type(field).__name__} {about | pattern | default | required}"


def heads(workbook: bytes) -> Iterator[str]:
    """The headings of the first sheet, then widths, notes and drop-downs as the file holds them."""
    yield " | ".join(cell.text for cell in workbooks.read(workbook).sheets[0].rows[0])
    with ZipFile(BytesIO(workbook)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        notes = archive.read("xl/comments1.xml").decode() if "xl/comments1.xml" in archive.namelist() else ""
    yield from re.findall(r"<col [^>]*>", sheet)
    yield from re.findall(r"<dataValidation .*?</dataValidation>", sheet)
    yield from re.findall(r"<t[^>]*>(.*?)</t>", notes, re.DOTALL)


def folded(statement: str) -> str:
    return LITERAL.sub("…", " ".join(statement.split()))
