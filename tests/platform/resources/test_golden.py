"""What a list asks, takes, gives, prints and sends to the database stands in a file: its changes are seen in the diff.

`HUAKAI_GOLDEN=1` writes the files anew.
"""

import json
import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields, missing

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from tests.support.forms import recorded
from tests.support.make import Make
from tests.support.web import statements, token
from tests.support.worlds import HTML

GOLDEN = Path(__file__).with_name("golden")
LISTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "activities": ("/room/activities", "/room/activities/list.xlsx", ("", "?direction=out&sort=-people", "?page=2")),
    "equipment": (
        "/room/equipment",
        "/room/equipment/register.xlsx",
        ("", "?state=all&q=lx%25&sort=-bought", "?kind=computer&space=s1&wants=check&state=in_use&sort=warranty"),
    ),
    "registers": (
        "/room/registers/visitors",
        "/room/registers/visitors/export",
        (
            "",
            "?state=all&q=lx%25&sort=-people",
            "?since=2026-01-05&until=2026-02-05&is_rank=city&state=cancelled&page=2",
        ),
    ),
    "staff": ("/room/staff", "/room/staff/register.xlsx", ("", "?q=li&sort=-name", "?state=all&page=2")),
    "training": ("/room/training/records", "/room/training/records.xlsx", ("", "?sort=-expires", "?page=2")),
}
"""Where each list stands, where its export, and with which questions it is asked."""
SETTINGS = ("max_length", "min_length", "multiline", "min", "max", "places", "choices")
LITERAL = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_what_its_file_says(app: Flask, make: Make, name: str) -> None:
    client = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    client.environ_base["HTTP_ACCEPT"] = HTML
    said = "\n".join(lines(app, client, name)) + "\n"
    file = GOLDEN / f"{name}.txt"
    if "HUAKAI_GOLDEN" in os.environ:
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8"), "see the difference, and write the file anew if it is meant"


def lines(app: Flask, client: FlaskClient, name: str) -> Iterator[str]:
    page, export, questions = LISTS[name]
    new = f"{page}/new"
    with recorded() as read:
        client.get(page)
        client.post(new, headers={"X-CSRFToken": token(client)})
    for kind, known in (("query", read.query), ("form", read.form)):
        yield f"# {kind}"
        yield from (schema(one, field) for of in known.values() for one, field in of.items())
    for title, path in (("sheet", f"{page.removesuffix('/records')}/imports/template.xlsx"), ("export", export)):
        yield f"# {title}"
        yield from heads(client.get(path).data)
    yield "# statements"
    for question in questions:
        with statements(app, Login.TENANT) as seen:
            assert client.get(page + question).status_code == 200, question
        yield from (f"{question or '-'}: {folded(one)}" for one in seen if table(name) in one)
    yield "# document"
    document = json.loads(client.get("/api/v1/openapi.json").data)
    paths = {path: said for path, said in document["paths"].items() if f"/{name}" in path}
    yield json.dumps(paths, ensure_ascii=False, indent=1, sort_keys=True)
    schemas = document["components"]["schemas"]
    wanted = sorted(set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(paths))))
    yield json.dumps({one: schemas[one] for one in wanted}, ensure_ascii=False, indent=1, sort_keys=True)


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


def table(name: str) -> str:
    return {
        "activities": "tenant.activity",
        "equipment": "tenant.equipment_item",
        "registers": "tenant.register_entry",
        "staff": "tenant.staff_member",
        "training": "tenant.training_record",
    }[name]


def folded(statement: str) -> str:
    return LITERAL.sub("…", " ".join(statement.split()))
