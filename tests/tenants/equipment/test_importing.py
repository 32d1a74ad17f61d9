"""What a sheet of equipment would do is said row by row, and done once, all of it, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Cell, Column, Sheet, table
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.equipment import importing, sheet
from huakai_tenants.equipment.importing import Reading, Report
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.equipment.plan import Kind, Plan
from huakai_tenants.premises.models import Space
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.staffed import Staffed

TODAY, DAY = clock.today(), timedelta(days=1)
OFFICE, HALL = uuid7(), uuid7()
KINDS = {code: Kind(code, {"zh": code, "en": code}, "other", False, 0, None) for code in ("chair", "computer")}
PLAN = Plan(KINDS, {})
LISTED = "请从列出的选项中选择"
NOTHING = dict.fromkeys(sheet.ORDER)


@dataclass(frozen=True)
class Prepared(Reading):
    """Reads every file as the same rows."""

    rows: Sequence[ListRow] = ()

    def take(self, content: bytes) -> Listing:
        places = {name: column for column, name in enumerate(sheet.ORDER)}
        cells = [[Cell(0, 0, "设备编号")], *([Cell(one.number - 1, 0, "…")] for one in self.rows)]
        return Listing(Sheet("设备", cells), 0, places, self.rows)


def given(**changes: Any) -> dict[str, Any]:
    """The cells of a row that are filled in, by the key of their column."""
    return {"kind": "chair", "quantity": 2, **changes}


def read(
    *rows: Mapping[str, Any], errors: Mapping[int, Mapping[str, list[str]]] | None = None, place: UUID = OFFICE
) -> Prepared:
    """The rows as they come from a sheet whose header is its first row."""
    wrong = errors or {}
    lines = [
        ListRow(number, {} if number in wrong else row, wrong.get(number, {}))
        for number, row in enumerate(rows, start=2)
    ]
    return Prepared(PLAN, [(place, "办公室")], "zh", lines)


def item(number: str = "X1", **changes: Any) -> EquipmentItem:
    """An item of the register as it would be read from it."""
    values = NOTHING | {"id": uuid7(), "kind": "chair", "quantity": 2, "state": "in_use", "faulty": False, "version": 1}
    return EquipmentItem(**(values | {"number": number} | changes))


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> dict[str, EquipmentItem]:
    """A register without a database: the items in it by number."""
    items: dict[str, EquipmentItem] = {}

    def stored(_session: object, numbers: Sequence[str], *, lock: bool) -> Mapping[str, EquipmentItem]:
        return {number: one for number, one in items.items() if number in numbers}

    monkeypatch.setattr(sheet, "stored", stored)
    monkeypatch.setattr(sheets, "content", lambda *_asked: b"")
    return items


def reported(reading: Reading) -> Report:
    return importing.report(None, None, SheetImport(), reading)  # type: ignore[arg-type]


def test_a_row_adds_changes_leaves_alone_or_is_at_fault(present: dict[str, EquipmentItem]) -> None:
    present |= {"X1": item("X1"), "X2": item("X2")}
    found = reported(
        read(given(), given(number="X1", quantity=5), given(number="X2"), {}, errors={5: {"kind": [LISTED]}})
    )

    assert [one.state for one in found.rows] == ["added", "changed", "unchanged", "faulty"]
    assert found.counts == {"added": 1, "changed": 1, "unchanged": 1, "faulty": 1}
    assert [one.item for one in found.rows] == [None, present["X1"], present["X2"], None]
    assert (found.rows[1].changes, found.rows[1].values["quantity"]) == (["quantity"], 5)
    assert (found.rows[3].values, found.rows[3].errors) == ({}, {"kind": [LISTED]})


def test_a_blank_cell_keeps_what_is_there(present: dict[str, EquipmentItem]) -> None:
    present["X1"] = item(serial="SN1", space_id=OFFICE, price=Decimal("12.50"))
    one = reported(read(given(number="X1", note="新", price=None))).rows[0]

    assert (one.values["serial"], one.values["space_id"], one.values["price"]) == ("SN1", OFFICE, Decimal("12.50"))
    assert one.changes == ["note"]


def test_a_new_item_has_what_is_given_and_no_changes(present: dict[str, EquipmentItem]) -> None:
    one = reported(read(given(number="X9", space_id=str(OFFICE)))).rows[0]

    assert one.values == NOTHING | {"number": "X9", "kind": "chair", "quantity": 2, "space_id": OFFICE}
    assert (one.number, one.item, one.changes, one.errors) == ("X9", None, [], {})


def test_one_number_stands_in_one_row_and_rows_without_one_are_apart(present: dict[str, EquipmentItem]) -> None:
    rows = reported(read(given(number="X1"), given(), given(), given(number="X1"), given(number="X1"))).rows

    assert [one.errors for one in rows[:3]] == [{}, {}, {}]
    assert [one.errors for one in rows[3:]] == [{"number": ["与第 2 行的编号相同"]}] * 2


def test_a_number_of_a_faulty_row_is_not_taken(present: dict[str, EquipmentItem]) -> None:
    rows = reported(read(given(number="X1"), given(number="X1"), errors={2: {"kind": [LISTED]}})).rows
    assert rows[1].errors == {}


def test_what_is_scrapped_does_not_change_any_more(present: dict[str, EquipmentItem]) -> None:
    present["X1"] = item(state="scrapped")
    assert reported(read(given(number="X1"))).rows[0].errors == {"number": ["这件设备已经报废，不能再改动。"]}


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ({"kind": "spaceship"}, {"kind": [LISTED]}),
        ({"space_id": str(HALL)}, {"space_id": [LISTED]}),
        ({"bought_on": TODAY}, {}),
        ({"bought_on": TODAY + DAY}, {"bought_on": ["不能晚于今天"]}),
        ({"bought_on": TODAY, "warranty_until": TODAY - DAY}, {"warranty_until": ["不能早于购置日期"]}),
        (
            {"kind": "spaceship", "bought_on": TODAY + DAY, "warranty_until": TODAY},
            {"kind": [LISTED], "bought_on": ["不能晚于今天"], "warranty_until": ["不能早于购置日期"]},
        ),
    ],
)
def test_what_cannot_be_of_an_item_is_at_fault(
    present: dict[str, EquipmentItem], cells: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    assert reported(read(given(**cells))).rows[0].errors == errors


def test_an_item_that_stays_as_it_is_is_not_held_against_the_rules_of_today(
    present: dict[str, EquipmentItem],
) -> None:
    present |= {"X1": item("X1", bought_on=TODAY + DAY), "X2": item("X2", bought_on=TODAY + DAY)}
    same, changed = reported(read(given(number="X1"), given(number="X2", note="新"))).rows

    assert (same.state, changed.errors) == ("unchanged", {"bought_on": ["不能晚于今天"]})


def test_an_item_stays_in_the_place_where_it_stands(present: dict[str, EquipmentItem]) -> None:
    present["X1"] = item(space_id=HALL)
    one = reported(read(given(number="X1", note="新"))).rows[0]

    assert (one.values["space_id"], one.errors) == (HALL, {})


def test_a_preview_digest_names_what_would_be_done(present: dict[str, EquipmentItem]) -> None:
    known = uuid7()

    def digest(**changes: Any) -> str:
        present["X1"] = item(id=known, **changes)
        return reported(read(given(number="X1"), given())).preview_digest

    assert digest() == digest()
    assert len({digest(), digest(quantity=3), digest(version=2), digest(state="scrapped")}) == 4


@dataclass(frozen=True)
class Room:
    """A room that keeps its uploads sealed, and its head."""

    make: Make
    site: Site
    head: Actor
    space: Space

    @property
    def key(self) -> bytes | None:
        return self.make.settings.master_key

    def keep(self, reading: Reading, content: bytes = b"sheet") -> UUID:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            return importing.check(session, self.head, self.key, "设备.xlsx", content, reading)

    def apply(self, kept: UUID, reading: Reading, preview_digest: str | None = None) -> Mapping[str, int] | None:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            row = sheets.get(session, importing.KIND, kept, lock=True)
            preview_digest = preview_digest or importing.report(session, self.key, row, reading).preview_digest
            return importing.apply(session, self.head, self.key, row, reading, preview_digest)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def trail(self, deed: str) -> list[dict[str, Any]]:
        return [one.detail for one in self.rows(AuditEntry) if one.deed == deed]

    def numbers(self) -> dict[str, EquipmentItem]:
        return {one.number: one for one in self.rows(EquipmentItem)}


@pytest.fixture
def room(make: Make) -> Room:
    site = make.site()
    with make.databases.session(Login.WORKER, site.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return Room(make, site, make.member(Role.SITE_HEAD, site), Staffed(make, site).space("office", "10"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (0, "表中没有设备，请从第二行开始填写。"),
        (sheet.MOST_ROWS + 1, "一次最多导入 2000 行，这张表有 2001 行，请分成几张。"),
    ],
)
def test_a_sheet_of_none_or_too_many_is_refused(rows: int, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        importing.check(None, None, None, "a.xlsx", b"", read(*[given()] * rows))  # type: ignore[arg-type]
    assert refused.value.message == said


def test_an_upload_is_kept_sealed_and_writes_no_item(room: Room) -> None:
    kept = room.keep(read(given(), given()))

    upload = room.rows(SheetImport)[0]
    assert (upload.id, upload.kind, upload.state, upload.filename) == (kept, "equipment", "checked", "设备.xlsx")
    assert b"sheet" not in upload.sealed
    assert room.numbers() == {}
    assert room.trail("equipment.import_checked") == [{"rows": 2}]


def test_all_that_is_right_is_written_at_once(room: Room) -> None:
    first = read(given(number="X1", space_id=str(room.space.id)), place=room.space.id)
    assert room.apply(room.keep(first), first) == {"added": 1, "changed": 0, "unchanged": 0, "faulty": 0}

    second = read(
        given(number="X1", serial="SN1", quantity=3),
        given(kind="spaceship"),
        given(number="E0001"),
        given(note="无编号"),
        given(number="E0003"),
        given(),
        place=room.space.id,
    )
    kept = room.keep(second)
    counts = room.apply(kept, second)

    assert counts
    assert counts == {"added": 4, "changed": 1, "unchanged": 0, "faulty": 1}
    found = room.numbers()
    assert set(found) == {"X1", "E0001", "E0003", "E0004", "E0005"}
    assert (found["X1"].quantity, found["X1"].serial, found["X1"].space_id) == (3, "SN1", room.space.id)
    assert {(one.state, one.faulty) for one in found.values()} == {("in_use", False)}
    deeds = sorted((one.deed, tuple(sorted(one.says.get("fields", ())))) for one in room.rows(EquipmentEvent))
    assert deeds == [("added", ())] * 5 + [("changed", ("quantity", "serial"))]
    upload = next(one for one in room.rows(SheetImport) if one.id == kept)
    assert (upload.state, upload.summary, upload.sealed) == ("applied", counts, None)
    assert {"month": this_month().isoformat()} in [one.payload for one in room.rows(OutboxMessage)]
    assert counts.items() <= room.trail("equipment.imported")[-1].items()
    with pytest.raises(Conflict):
        room.apply(kept, second)


def test_nothing_is_written_when_the_register_is_another_since(room: Room) -> None:
    reading = read(given(number="X1"))
    assert room.apply(room.keep(reading), reading, "0" * 64) is None
    assert (room.numbers(), room.rows(SheetImport)[0].state) == ({}, "checked")


def test_the_sheet_comes_back_with_its_faults_at_their_cells(room: Room) -> None:
    reading = read(given(), given(bought_on=date(2090, 1, 1)))
    kept = room.keep(reading)
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        row = sheets.get(session, importing.KIND, kept)
        written = importing.returned(session, room.head, room.key, row, reading)

    assert [[cell.text for cell in row][:1] for row in workbooks.read(written).sheets[0].rows] == [
        ["设备编号"],
        ["…"],
        ["…"],
    ]
    assert room.trail("equipment.import_returned") == [{"rows": 2}]


def test_an_upload_is_given_up_once(room: Room) -> None:
    kept = room.keep(read(given()))
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        row = sheets.get(session, importing.KIND, kept)
        importing.discard(session, room.head, row)
        with pytest.raises(Conflict):
            importing.discard(session, room.head, row)

    upload = room.rows(SheetImport)[0]
    assert (upload.state, upload.sealed) == ("discarded", None)
    assert len(room.trail("equipment.import_discarded")) == 1


def test_a_sheet_is_read_by_the_columns_of_the_rooms_plan_and_places() -> None:
    heads = [Column(column.heading) for column in sheet.columns(PLAN, [(OFFICE, "办公室")], "zh")]
    line = NOTHING | {"kind": "computer", "quantity": "3", "space_id": "办公室", "bought_on": "2026-01-05"}
    content = workbooks.write(table("设备", heads, [[*line.values()]]))

    rows = Reading(PLAN, [(OFFICE, "办公室")], "zh").take(content).rows

    assert [(one.number, one.values, one.errors) for one in rows] == [
        (2, {"kind": "computer", "quantity": 3, "space_id": str(OFFICE), "bought_on": date(2026, 1, 5)}, {})
    ]
