"""The words that the pages of training have in common."""

from collections.abc import Mapping
from typing import Any

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.pinned import pinned
from huakai_platform.web.context import db
from huakai_tenants.training import curriculum, service
from huakai_tenants.training.coverage import State
from huakai_tenants.training.curriculum import Course

STATES: dict[str, Message] = {
    State.COMPLETE.value: _("已达标"),
    State.PARTIAL.value: _("未完成"),
    State.EXPIRED.value: _("已失效"),
    State.NOTHING.value: _("没有记录"),
}


def courses() -> Mapping[str, Course]:
    return curriculum.of(db(), pinned(db()).edition_id).courses


def words() -> dict[str, Any]:
    return {"courses": courses(), "results": service.RESULTS, "states": STATES, "today": clock.today()}
