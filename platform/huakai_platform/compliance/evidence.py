"""The rows behind a metric in words: dates, numbers, posts and items, and nobody's name.

From above a member goes by number and post. That is enough to find the person together with the room's head, and no
more than an assessment of the room needs; the names stay with the room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.measured import Evidence
from huakai_platform.web.pages import say

STATES: dict[str, Message] = {
    "planned": _("待核对"),
    "ready": _("可使用"),
    "closed": _("停用"),
    "absent": _("没有登记"),
}
OPENED: dict[str, Message] = {"yes": _("按公示时间开放"), "no": _("没有按公示时间开放")}


@dataclass(frozen=True, slots=True)
class Shown:
    on: date | None
    what: str
    says: Message | str
    met: bool
    photos: tuple[str, ...]
    digest: str


def show(one: Evidence, titles: Mapping[str, Any]) -> Shown:
    """`titles` says what the codes of the edition are called."""
    what, says = _TELL[one.kind](one, titles)
    return Shown(one.on, what, says, one.met, tuple(found for found, _hash in one.files), one.digest)


def _title(titles: Mapping[str, Any], code: str) -> str:
    return say(titles.get(code, code))


def _run(one: Evidence, titles: Mapping[str, Any]) -> tuple[str, Message | str]:
    what = _title(titles, "daily")
    if "opened" in one.says:
        return what, OPENED[one.says["opened"]]
    done = one.says["done"]
    return what, _("{day} 完成", day=done) if done else _("没有完成")


def _space(one: Evidence, titles: Mapping[str, Any]) -> tuple[str, Message | str]:
    area, state = one.says.get("area"), STATES[one.says["state"]]
    return _title(titles, one.says["code"]), _("{area} 平方米，{state}", area=area, state=state) if area else state


def _post(one: Evidence, titles: Mapping[str, Any]) -> tuple[str, Message | str]:
    role, numbers = one.says["role"], one.says["numbers"]
    what = f"{_title(titles, one.says['post'])} · {role}"
    return what, _("人员编号 {numbers}", numbers=", ".join(numbers)) if numbers else _("空缺")


def _member(one: Evidence, titles: Mapping[str, Any]) -> tuple[str, Message | str]:
    what = f"{one.says['number']} · {_title(titles, one.says['post'])}"
    if "hours" in one.says:
        return what, _("本年度 {hours} 学时，应有 {due} 学时", hours=one.says["hours"], due=one.says["due"])
    if "kinds" not in one.says:
        return what, _("背景查询") if one.on else _("没有背景查询记录")
    if not one.says["kinds"]:
        return what, _("没有有效的认可证书")
    held = ", ".join(_title(titles, kind) for kind in one.says["kinds"])
    if one.says["expires"]:
        return what, _("{held}，有效期至 {day}", held=held, day=one.says["expires"])
    return what, held


_TELL = {"run": _run, "space": _space, "post": _post, "member": _member}
