"""Whatever program left it, a sheet says the same wherever it is uploaded; and what comes of it has a page."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from flask import template_rendered, url_for
from hypothesis import HealthCheck, Phase, given, settings

from huakai_deploy.cli import main
from huakai_deploy.local import Urls
from huakai_platform.kernel import i18n, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.onboarding.register import FIELDS, template
from tests.support import ragged, servers
from tests.support.routes import everything
from tests.support.samples import SAMPLES
from tests.support.worlds import Relation, World

ROOT = Path(__file__).parents[2]
LIBREOFFICE = ROOT / "tests/support/data/register-libreoffice.xlsx"
HEAD, ADMIN = Role.SITE_HEAD, Role.INSTITUTION_ADMIN
LISTS = {
    "staff": (HEAD, "staff_member"),
    "training": (HEAD, "training_record"),
    "equipment": (HEAD, "equipment_item"),
    "activities": (HEAD, "activity"),
    "room_registers": (HEAD, "register_entry"),
    "registers": (ADMIN, "institution_entry"),
}
"""Every list that is filled in elsewhere: who hands it in, and what stands in it already."""
VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+(\+[\d:]+)?|\d\d:\d\d(:\d\d)?"
    r"|value=\"[^\"]{60,}\"|<code>\w+</code>"
)
"""What differs between any two pages: identifiers, marks, tokens and times."""
SITE = {
    "seq": "1", "name": "镇南社区心理咨询室", "kind": "心理咨询室", "tier": "T1", "region_code": "410311003002",
    "ownership": "自建", "operating_since": "2021-03-01", "weekly_hours": 20,
}  # fmt: skip
FEW = settings(
    max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)


class Door:
    """Somebody at a list's pages, in a room or institution where something stands in it."""

    def __init__(self, world: World, list_: str) -> None:
        role, sample = LISTS[list_]
        self.actor, self.list, self.world = world.fresh(role), list_, world
        made = SAMPLES[sample].make(world, *world.owner(self.actor, Relation.OWN))
        self.place = {"code": made["code"]} if "registers" in list_ else {}
        self.client, self.token = world.client(self.actor)
        ensure_key(world, self.actor)

    def path(self, name: str, **more: Any) -> str:
        with self.world.app.test_request_context():
            return url_for(f"{self.list}.{name}", **self.place, **more)

    def template(self) -> workbooks.Sheet:
        """The list with what is known, as the page hands it out."""
        answer = self.client.get(self.path("import_template", filled=1))
        return workbooks.read(answer.data).sheets[0]

    def send(self, content: bytes) -> str:
        """Where the dry run of a file is."""
        form = {"csrf_token": self.token, "file": (io.BytesIO(content), "list.xlsx")}
        answer = self.client.post(self.path("upload"), data=form)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def says(self, content: bytes) -> str:
        answer = self.client.get(self.send(content))
        assert answer.status_code == 200
        return VARYING.sub("#", answer.text[answer.text.index("<main") :])


def ensure_key(world: World, actor: Actor) -> None:
    """Uploads of a room are sealed."""
    if actor.site_id:
        with world.make.databases.session(Login.WORKER, actor.site_id) as session:
            vault.ensure_key(session, world.make.settings.master_key)


@pytest.fixture(scope="module")
def door(world: World) -> Callable[[str], Door]:
    known: dict[str, Door] = {}
    return lambda name: known[name] if name in known else known.setdefault(name, Door(world, name))


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with ragged.read_here():
        yield


def dense(sheet: workbooks.Sheet) -> list[list[workbooks.Value]]:
    return [[cell.value for cell in row] for row in sheet.rows]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_the_same_wherever_its_rows_end(door: Callable[[str], Door], name: str) -> None:
    list_ = door(name)
    rows = dense(list_.template())
    assert len(rows) > 1
    plain = list_.says(ragged.xlsx(rows))

    @FEW
    @given(ragged.cut(rows))
    def same(given: ragged.Rows) -> None:
        assert list_.says(ragged.xlsx(given)) == plain

    same()


@pytest.mark.parametrize("name", LISTS)
def test_what_comes_of_a_list_has_a_page(world: World, door: Callable[[str], Door], name: str) -> None:
    list_, rendered = door(name), []
    where = list_.send(ragged.xlsx(dense(list_.template())))

    def note(_app: object, template: Any, **_: object) -> None:
        rendered.append(template.name)

    with template_rendered.connected_to(note, world.app):
        done = list_.client.post(f"{where}/discard", data={"csrf_token": list_.token})
        told = list_.client.get(where)

    assert (done.status_code, told.status_code) == (303, 200)
    assert "这次导入已放弃" in told.text
    assert [one.rpartition("/")[2] for one in rendered] == ["imported.html"]


def test_a_checklists_workbook_says_the_same_wherever_its_rows_end(world: World) -> None:
    actor = world.fresh(HEAD)
    ensure_key(world, actor)
    run = SAMPLES["run"].make(world, *world.owner(actor, Relation.OWN))["run_id"]
    client, token = world.client(actor)
    sheet = workbooks.read(client.get(f"/room/checklists/{run}/workbook").data).sheets[0]
    rows = dense(sheet)
    places = {cell.text: cell.column for cell in sheet.rows[2]}
    answered = next(number for number, row in enumerate(rows) if number > 2 and row)
    rows[answered] = [*rows[answered][: places["填写"]], "是", "照做"]

    def says(content: bytes) -> str:
        form = {"csrf_token": token, "file": (io.BytesIO(content), "run.xlsx")}
        answer = client.post(f"/room/checklists/{run}/import", data=form, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return VARYING.sub("#", answer.text[answer.text.index("<main") :])

    plain = says(ragged.xlsx(rows))

    @FEW
    @given(ragged.cut(rows))
    def same(given: ragged.Rows) -> None:
        assert says(ragged.xlsx(given)) == plain

    same()


def test_a_holiday_table_says_the_same_wherever_its_rows_end(world: World) -> None:
    rows: ragged.Rows = [
        ["日期", "安排", "说明"],
        ["2027-01-01", "休息", "元旦"],
        ["2027-01-02", "上班"],
        ["2027-13-01", "休息"],
    ]
    client, token = world.client(world.person(ADMIN), "sheets")

    def says(content: bytes) -> str:
        form = {"csrf_token": token, "file": (io.BytesIO(content), "days.xlsx")}
        answer = client.post("/console/workdays/import", data=form)
        assert answer.status_code == 422
        return VARYING.sub("#", answer.text[answer.text.index("<main") :])

    plain = says(ragged.xlsx(rows))

    @FEW
    @given(ragged.cut(rows))
    def same(given: ragged.Rows) -> None:
        assert says(ragged.xlsx(given)) == says(ragged.separated(given)) == plain

    same()


def test_a_region_file_says_the_same_wherever_its_rows_end(world: World) -> None:
    rows: ragged.Rows = [
        ["code", "name", "level", "parent", "successor"],
        ["410399000000", "新区", "county", "410300000000"],
        ["410399001000", "甲街道", "township", "410399000000", "410388000000"],
        ["410399002000", "乙街道", "township"],
    ]
    client, token = world.client(world.person(ADMIN), "sheets")

    def says(content: bytes) -> str:
        form = {"csrf_token": token, "file": (io.BytesIO(content), "regions.csv")}
        answer = client.post("/console/regions/import", data=form)
        assert answer.status_code == 422
        return VARYING.sub("#", answer.text[answer.text.index("<main") :])

    plain = says(ragged.separated(rows))
    assert "第 3 行：后继地区 410388000000 不存在" in plain

    @FEW
    @given(ragged.cut(rows))
    def same(given: ragged.Rows) -> None:
        assert says(ragged.separated(given)) == plain

    same()


class Register:
    """An institution's register by page, by API and by command line."""

    def __init__(self, world: World, made: Settings) -> None:
        self.world, self.made = world, made
        self.actor = world.person(ADMIN)
        self.client, self.token = world.client(self.actor, "sheets")
        self.bearer = {"Authorization": f"Bearer {world.make.bearer(self.actor)}"}

    def page(self, content: bytes) -> str:
        form = {"csrf_token": self.token, "file": (io.BytesIO(content), "register.xlsx")}
        answer = self.client.post("/console/imports", data=form, follow_redirects=True)
        columns = self.client.get(f"{answer.request.path}/columns")
        assert (answer.status_code, columns.status_code) == (200, 200)
        return VARYING.sub("#", "".join(one.text[one.text.index("<main") :] for one in (answer, columns)))

    def api(self, content: bytes) -> Any:
        form = {"file": (io.BytesIO(content), "register.xlsx")}
        made = self.client.post("/api/v1/imports", data=form, headers=self.bearer)
        assert made.status_code == 201, made.text
        rows = self.client.get(f"{made.location}/rows", headers=self.bearer).json
        return [{**row, "state": row["state"]} for row in (rows or {})["items"]]

    def command(self, content: bytes) -> Any:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "register.xlsx"
            file.write_bytes(content)
            words = ["sites", "import", str(file), "--dry-run", "--json"]
            pages_language = i18n.translate
            told = CliRunner().invoke(main, words, env=servers.environment(self.world.kept["urls"]))
            i18n.translate = pages_language
        assert told.exit_code in (0, 1), told.output
        assert not told.exception or isinstance(told.exception, SystemExit)
        return json.loads(told.stdout)


@pytest.fixture(scope="module")
def register(world: World, urls: Urls) -> Register:
    world.kept["urls"] = urls
    return Register(world, world.make.settings)


def rows(*sites: Mapping[str, Any]) -> ragged.Rows:
    heads = [str(spec.label) for spec in FIELDS.values()]
    return [["登记表"], [], heads, *([site.get(field.value) for field in FIELDS] for site in sites)]


ONE_NOTE = rows(SITE | {"note": "只有这一行有备注"}, SITE | {"region_code": "410311003003", "name": "龙门"})
TOTAL_ROW = [*rows(SITE), [], ["合计", None, None, None, None, None, None, None, None, 160]]
LONG = rows(SITE | {"name": "长" * 120}, SITE | {"region_code": "410311003003", "note": "长" * 600})


@pytest.mark.parametrize("given_rows", [ONE_NOTE, TOTAL_ROW, LONG], ids=["one note", "total row", "long"])
def test_a_register_says_the_same_wherever_its_rows_end(register: Register, given_rows: ragged.Rows) -> None:
    whole = ragged.xlsx([[*row, *[None] * (len(FIELDS) - len(row))] for row in given_rows])
    page, api, command = register.page(whole), register.api(whole), register.command(whole)

    @FEW
    @given(ragged.cut(given_rows))
    def same(given: ragged.Rows) -> None:
        for content in (ragged.xlsx(given), ragged.separated(given), ragged.separated(given, ";")):
            assert register.page(content) == page
            assert register.api(content) == api
        assert register.command(ragged.xlsx(given)) == command

    same()


def test_a_long_name_is_told_at_its_cell_and_a_total_row_does_not_stop_the_others(register: Register) -> None:
    long, total = register.api(ragged.xlsx(LONG)), register.api(ragged.xlsx(TOTAL_ROW))

    assert [(told["cell"], told["code"]) for row in long for told in row["problems"]] == [
        ("B4", "too_long"),
        ("T5", "too_long"),
    ]
    assert next(row["state"] for row in total) == "new"


@pytest.mark.parametrize("file", ["template", "libreoffice", "returned"])
def test_our_own_template_is_taken_wherever_it_was_filled_in(register: Register, file: str) -> None:
    match file:
        case "template":
            sheet = workbooks.read(template()).sheets[0]
            kept = [[cell.value for cell in row] for row in sheet.rows]
            content = ragged.xlsx([*kept, rows(SITE | {"seq": "2"})[-1]])
        case "libreoffice":
            content = LIBREOFFICE.read_bytes()
        case _:
            where = register.client.post(
                "/console/imports",
                data={"csrf_token": register.token, "file": (io.BytesIO(ragged.xlsx(ONE_NOTE)), "a.xlsx")},
            ).location
            content = register.client.get(f"{where}/workbook").data

    assert next(row["state"] for row in register.api(content)) == "new"
    assert "镇南社区心理咨询室" in register.page(content)
    assert register.command(content)["created"] >= 1


def test_our_own_list_of_sites_is_taken_again(world: World, register: Register) -> None:
    for name in ("甲", "乙"):
        world.new_site(world.make, name=name)
    content = register.client.get("/console/sites/export").data

    assert register.page(content)
    assert register.command(content)["created"] == 0


READERS = {
    "platform/huakai_platform/kernel/workbooks/lists.py": "the lists above and a checklist's workbook",
    "platform/huakai_platform/onboarding/register/columns.py": "the register",
    "platform/huakai_platform/workdays/importing.py": "the holiday table",
    "platform/huakai_platform/regions/importing.py": "the regions",
    "platform/huakai_platform/kernel/workbooks/reader.py": "the reader itself",
    "deploy/huakai_deploy/demo.py": "the shipped register",
}


def test_every_reader_of_sheets_stands_here() -> None:
    """Whoever reads a sheet some other way shows here that its rows may end anywhere."""
    reads = re.compile(r"workbooks\.read\(|\bcsv\.(reader|DictReader)\(|\bread\(content, titles=|CalamineWorkbook\.")
    found = {
        str(path.relative_to(ROOT))
        for root in ("platform", "tenants", "worker", "deploy/huakai_deploy")
        for path in (ROOT / root).rglob("*.py")
        if reads.search(path.read_text("utf-8"))
    }
    lists_ = {
        blueprint
        for blueprint in {one.endpoint.rpartition(".")[0] for one in everything()}
        if f"{blueprint}.apply_import" in {one.endpoint for one in everything()}
    }

    assert found == {*READERS}
    assert lists_ - {"onboarding", "sites_api"} == {*LISTS}
