"""The registers that the shipped edition brings hold what each of them is kept for."""

from typing import Any

import pytest

from huakai_platform.registers import definitions, reading
from huakai_platform.registers.definitions import Register
from huakai_platform.standards.shipped import load_shipped

SHIPPED = {one.code: definitions.register(one.body) for one in load_shipped().definitions if one.kind == "register"}
PROPOSAL = {
    "received_on": "2014-03-01",
    "number": "20140195",
    "origin": "conference",
    "subject": "A network of psychological service",
    "state": "answered",
    "units": 2,
    "replies": 2,
}


def items(register: Register) -> dict[str, Any]:
    return {item.code: item for section in register.form.sections for item in section.items}


@pytest.mark.parametrize(
    ("code", "metrics"),
    [
        ("partners", {"partners", "role_university", "role_agency", "role_community", "linked"}),
        ("leaflets", {"copies", "estimated"}),
        ("front_desk", {"walk_ins", "consulted"}),
        ("budgets", {"centres", "budget", "spent"}),
        ("proposals", {"proposals", "units", "replies"}),
        ("profiles", {"local", "migrant", "overseas"}),
        ("volunteer_stations", {"stations", "skilled", "psychology"}),
        ("welfare", {"people", "value"}),
    ],
)
def test_a_register_counts_what_is_asked_of_it(code: str, metrics: set[str]) -> None:
    assert metrics <= {metric.code for metric in SHIPPED[code].metrics}


def test_a_partner_is_one_of_the_six_kinds_of_actors() -> None:
    assert len(items(SHIPPED["partners"])["actor"].options) == 6


@pytest.mark.parametrize("code", ["mailbox", "venting_room"])
def test_what_is_told_without_a_name_is_sealed_and_asks_for_none(code: str) -> None:
    assert SHIPPED[code].sealed
    assert not {"name", "who", "person", "phone", "address"} & set(items(SHIPPED[code]))


def test_those_who_consult_are_shown_as_a_share_of_the_walk_ins() -> None:
    consulted = next(metric for metric in SHIPPED["front_desk"].metrics if metric.code == "consulted")
    assert (consulted.where_is, consulted.share_of) == ("consult", "walk_ins")


def test_a_proposal_takes_a_reply_of_each_handling_unit() -> None:
    units = [{"unit": name, "part": "separate", "replied_on": "2014-06-01", "reply": "Done"} for name in ("A", "B")]
    read = reading.check(SHIPPED["proposals"], {"items": PROPOSAL, "rows": {"handling": units}})
    assert read.ok, read.errors


def test_a_proposal_refuses_a_unit_without_a_name() -> None:
    read = reading.check(SHIPPED["proposals"], {"items": PROPOSAL, "rows": {"handling": [{"part": "lead"}]}})
    assert not read.ok
