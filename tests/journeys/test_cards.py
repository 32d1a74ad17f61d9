"""On a telephone a list is cards; what can be tapped in them stands apart."""

import pytest

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_tenants.equipment.models import EquipmentItem
from tests.journeys.conftest import Visit
from tests.journeys.test_room import PASSWORD, member
from tests.support.make import Make
from tests.support.staffed import Staffed

pytestmark = pytest.mark.browser


def test_the_box_that_ticks_a_card_stands_apart_from_its_name(visit: Visit, make: Make) -> None:
    room = make.site()
    item = EquipmentItem(number="E1", kind="computer", quantity=1, state="in_use", faulty=False)
    item.created_at = clock.now()
    Staffed(make, room).add(item)
    person = visit(390)
    person.sign_in(member(make, room, "zhao", Role.SITE_HEAD), PASSWORD)
    person.open("/room/equipment")

    box = person.page.locator(".list-cards td.w-1 input").bounding_box()
    name = person.page.locator(".list-cards .card-head a").bounding_box()

    assert box
    assert name
    assert name["x"] - (box["x"] + box["width"]) >= 8
    assert abs(name["y"] - box["y"]) < box["height"], "both on one line"
