"""What a sheet of equipment would do is said row by row, and done once, all of it, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Cell, Column, Sheet, table, write
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_platform.resources import sheets
from huakai_platform.resources.sheets import Report
from huakai_tenants.equipment import listing, service
from huakai_tenants.equipment.listing import EQUIPMENT, EquipmentRow
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.premises.models import Space
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.staffed import Staffed

TODAY, DAY = clock.today(), timedelta(days=1)
LISTED = "请从列出的选项中选择"
KIND = "consulting_chair"
NAMES = [one.name for one in EQUIPMENT.into("sheet")]


def given(**changes: Any) -> dict[str, Any]:
    """The cells of a row that are filled in, by the key of their column."""
    return {"kind": KIND, "quantity": 2, **changes}


def read(*rows: Mapping[str, Any], errors: Mapping[int, Mapping[str, list[str]]] | None = None) -> Listing:
    """The rows as they come from a sheet whose header is its first row."""
    wrong = errors or {}
    lines = [
        ListRow(number, {} if number in wrong else row, wrong.get(number, {}))
        for number, row in enumerate(rows, start=2)
    ]
    cells = [[Cell(0, 0, "设备编号")], *([Cell(one.number - 1, 0, "…")] for one in lines)]
    return Listing(Sheet("设备", cells), 0, {name: column for column, name in enumerate(NAMES)}, lines)


@dataclass(frozen=True)
class Room:
    """A room with one open and one closed space, and its head."""

    make: Make
    site: Site
    head: Actor
    office: Space
    hall: Space

    def item(self, number: str = "X1", **changes: Any) -> EquipmentItem:
        """An item that the register holds."""
        values = dict.fromkeys(service.NAMES) | {"kind": KIND, "quantity": 2, "state": "in_use"}
        about = {"faulty": False, "created_at": clock.now(), "number": number}
        made: EquipmentItem = Staffed(self.make, self.site).add(EquipmentItem(**{**values, **about, **changes}))
        return made

    def preview(self, *rows: Mapping[str, Any], **wrong: Any) -> Report[EquipmentRow]:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            here = listing.room(session, self.head)
            return sheets.preview(session, EQUIPMENT, service, self.head, read(*rows, **wrong), here)

    def apply(self, *rows: Mapping[str, Any], digest: str = "") -> Report[EquipmentRow] | None:
        wanted = digest or self.preview(*rows).preview_digest
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            here = listing.room(session, self.head)
            return sheets.apply(session, EQUIPMENT, service, self.head, read(*rows), here, wanted)

    def rows(self, kind: type[Any]) -> list[Any]:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def numbers(self) -> dict[str, EquipmentItem]:
        return {one.number: one for one in self.rows(EquipmentItem)}


@pytest.fixture
def room(make: Make) -> Room:
    site = make.site()
    staffed = Staffed(make, site)
    office, hall = staffed.space("office", "10"), staffed.space("hall", "20", state="closed")
    return Room(make, site, make.member(Role.SITE_HEAD, site), office, hall)


def test_a_row_adds_changes_leaves_alone_or_is_at_fault(room: Room) -> None:
    first, second = room.item("X1"), room.item("X2")
    found = room.preview(
        given(note="新"), given(number="X1", quantity=5), given(number="X2"), {}, errors={5: {"kind": [LISTED]}}
    )

    assert [one.state for one in found.rows] == ["added", "changed", "unchanged", "faulty"]
    assert found.counts == {"added": 1, "changed": 1, "unchanged": 1, "faulty": 1}
    assert [one.record and one.record.id for one in found.rows] == [None, first.id, second.id, None]
    assert (found.rows[1].changes, found.rows[1].values["quantity"]) == (["quantity"], 5)
    assert (found.rows[3].values, found.rows[3].errors) == ({}, {"kind": [LISTED]})


def test_a_dry_run_leaves_nothing_behind(room: Room) -> None:
    room.item("X1")
    room.preview(given(), given(number="X1", quantity=5))

    assert {number: one.quantity for number, one in room.numbers().items()} == {"X1": 2}
    assert room.rows(EquipmentEvent) + room.rows(OutboxMessage) + room.rows(AuditEntry) == []


def test_a_blank_cell_keeps_what_is_there(room: Room) -> None:
    room.item("X1", serial="SN1", space_id=room.office.id, price=Decimal("12.50"))
    done = room.apply(given(number="X1", note="新", price=None))

    assert done
    assert done.rows[0].changes == ["note"]
    kept = room.numbers()["X1"]
    assert (kept.serial, kept.space_id, kept.price, kept.note) == ("SN1", room.office.id, Decimal("12.50"), "新")


def test_one_number_stands_in_one_row_and_rows_without_one_are_apart(room: Room) -> None:
    rows = room.preview(given(number="X1"), given(), given(), given(number="X1"), given(number="X1")).rows

    assert [one.errors for one in rows[:3]] == [{}, {}, {}]
    assert [one.errors for one in rows[3:]] == [{"number": ["与第 2 行的设备编号相同"]}] * 2


def test_a_thing_is_known_by_its_serial_number(room: Room) -> None:
    room.item("X1", serial="SN1")
    room.item("X2", serial="SN2")
    found = room.preview(given(serial="SN1"), given(serial="ｓｎ2", quantity=3), given(serial="SN3"))

    assert [one.state for one in found.rows] == ["unchanged", "changed", "added"]


def test_rows_just_like_what_is_there_are_counted(room: Room) -> None:
    """Three in the sheet and one in the register add two; sent again, they add none."""
    room.item("E0001")
    rows = [given(), given(), given()]

    assert [one.state for one in room.preview(*rows).rows] == ["unchanged", "added", "added"]
    assert room.apply(*rows)
    assert len(room.numbers()) == 3
    assert [one.state for one in room.preview(*rows).rows] == ["unchanged"] * 3


def test_what_was_scrapped_is_not_what_a_row_means(room: Room) -> None:
    room.item("X1", state="scrapped")

    assert room.preview(given()).rows[0].state == "added"
    assert room.preview(given(number="X1", note="新")).rows[0].errors == {"number": ["这件设备已经报废，不能再改动。"]}


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ({"kind": "spaceship"}, {"kind": [LISTED]}),
        ({"space_id": str(UUID(int=7))}, {"space_id": [LISTED]}),
        ({"bought_on": TODAY}, {}),
        ({"bought_on": TODAY + DAY}, {"bought_on": ["不能晚于今天"]}),
        ({"bought_on": TODAY, "warranty_until": TODAY - DAY}, {"warranty_until": ["不能早于购置日期"]}),
        (
            {"kind": "spaceship", "bought_on": TODAY + DAY, "warranty_until": TODAY},
            {"kind": [LISTED], "bought_on": ["不能晚于今天"], "warranty_until": ["不能早于购置日期"]},
        ),
    ],
)
def test_what_cannot_be_of_an_item_is_at_fault(room: Room, cells: dict[str, Any], errors: dict[str, list[str]]) -> None:
    assert room.preview(given(**cells)).rows[0].errors == errors


def test_an_item_that_stays_as_it_is_is_not_held_against_the_rules_of_today(room: Room) -> None:
    room.item("X1", bought_on=TODAY + DAY)
    room.item("X2", bought_on=TODAY + DAY)
    same, changed = room.preview(given(number="X1"), given(number="X2", note="新")).rows

    assert (same.state, changed.errors) == ("unchanged", {"bought_on": ["不能晚于今天"]})


def test_an_item_stays_in_the_place_where_it_stands(room: Room) -> None:
    room.item("X1", space_id=room.hall.id)

    assert room.preview(given(number="X1", note="新")).rows[0].errors == {}


def test_a_preview_digest_names_what_would_be_done(room: Room) -> None:
    rows = [given(number="X1"), given()]
    digests = [room.preview(*rows).preview_digest, room.preview(*rows).preview_digest]
    room.item("X1")
    digests.append(room.preview(*rows).preview_digest)
    room.apply(given(number="X1", note="新"))
    digests.append(room.preview(*rows).preview_digest)

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_nothing_is_written_when_the_register_is_another_since(room: Room) -> None:
    assert room.apply(given(number="X1"), digest="0" * 64) is None
    assert (room.numbers(), room.rows(EquipmentEvent), room.rows(OutboxMessage)) == ({}, [], [])


def test_all_that_is_right_is_written_at_once(room: Room) -> None:
    assert room.apply(given(number="X1", space_id=str(room.office.id)))

    done = room.apply(
        given(number="X1", serial="SN1", quantity=3),
        given(kind="spaceship"),
        given(number="E0001"),
        given(note="无编号"),
        given(number="E0003"),
        given(),
    )

    assert done
    assert done.counts == {"added": 4, "changed": 1, "unchanged": 0, "faulty": 1}
    found = room.numbers()
    assert set(found) == {"X1", "E0001", "E0003", "E0004", "E0005"}
    assert (found["X1"].quantity, found["X1"].serial, found["X1"].space_id) == (3, "SN1", room.office.id)
    assert {(one.state, one.faulty) for one in found.values()} == {("in_use", False)}
    deeds = sorted((one.deed, tuple(sorted(one.says.get("fields", ())))) for one in room.rows(EquipmentEvent))
    assert deeds == [("added", ())] * 5 + [("changed", ("quantity", "serial"))]
    assert {"month": this_month().isoformat()} in [one.payload for one in room.rows(OutboxMessage)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (0, "表中没有可以导入的行，请从表头下面一行开始填写。"),
        (sheets.MOST_ROWS + 1, "一次最多导入 2000 行，这张表有 2001 行，请分成几张。"),
    ],
)
def test_a_sheet_of_none_or_too_many_is_refused(room: Room, rows: int, said: str) -> None:
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        here = listing.room(session, room.head)
    heads = [Column(column.heading) for column in sheets.columns(EQUIPMENT, here)]
    line = [{"kind": "咨询椅", "quantity": "2"}.get(name) for name in NAMES]
    with pytest.raises(FileRefused) as refused:
        sheets.counted(sheets.take(EQUIPMENT, write(table("设备", heads, [line] * rows)), here))
    assert refused.value.message == said
