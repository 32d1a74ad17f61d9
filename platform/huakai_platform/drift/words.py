"""What the codes of a departure are called, and the requirement behind it in the words of its edition."""

from collections.abc import Mapping
from typing import Any

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.service import Bodies

KINDS: dict[str, Message] = {
    "space": _("空间"),
    "area": _("总面积"),
    "post": _("岗位"),
    "checklist": _("检查单"),
    "equipment": _("设备"),
    "wall_document": _("上墙文件"),
    "certificate": _("咨询岗位持证"),
    "background": _("背景核查"),
    "training": _("年度培训"),
    "opening": _("开放时间"),
    "variation": _("本站调整"),
}
CLASSES: dict[str, Message] = {
    "unexplained": _("无说明"),
    "waived": _("已豁免"),
    "allowed": _("允许的调整"),
}
TONES = {"unexplained": "bad", "waived": "warn", "allowed": "info"}
WRONGS: dict[str, Message] = {
    "absent": _("没有设置"),
    "planned": _("尚未核对"),
    "closed": _("已停用"),
    "too_small": _("面积不足"),
    "vacant": _("空缺"),
    "overdue": _("逾期未完成"),
    "irregular": _("经常未完成"),
    "missing": _("数量不足"),
    "broken": _("故障或送修"),
    "no_photo": _("没有照片"),
    "outdated": _("照片已过期"),
    "below": _("低于级别要求"),
    "unrecorded": _("没有登记"),
    "incomplete": _("未全部达到"),
    "lost": _("标准中已没有这一项"),
}
STATES: dict[str, tuple[Message, str]] = {
    "asked": (_("待审批"), "info"),
    "approved": (_("已批准"), "ok"),
    "ended": (_("已到期"), "mute"),
    "declined": (_("未批准"), "bad"),
    "withdrawn": (_("已撤回"), "mute"),
}
VARIED: dict[str, Message] = {
    "item": _("自加检查项"),
    "threshold": _("更严的指标"),
    "name": _("本地名称"),
    "opening": _("开放时间"),
}
"""Of a variation its first part."""
LISTS = {
    "space": ("spaces", "spaces"),
    "post": ("posts", "posts"),
    "equipment": ("equipment", "equipment"),
    "wall_document": ("wall_documents", "documents"),
}
"""In which definition, and in which of its lists, the code of a requirement stands."""


def requirement(bodies: Bodies, kind: str, code: str) -> tuple[Any, str]:
    """What is asked, as a text in two languages or the word of its kind, and which place of it (A, B or a number)."""
    if kind == "checklist":
        return bodies.get(("checklist", code), {}).get("title", code), ""
    if kind == "variation":
        sort, _dot, spot = code.partition("/")
        return VARIED.get(sort, sort), spot
    if kind not in LISTS:
        return KINDS.get(kind, code), ""
    entry, _dot, place = code.partition(".")
    body, name = LISTS[kind]
    entries = next((found[name] for (its_kind, _code), found in bodies.items() if its_kind == body), ())
    return next((one["title"] for one in entries if one["code"] == entry), entry), place


def finding(one: Mapping[str, Any]) -> str:
    """`岗位 counsellor.A：空缺（无说明）`, in the reader's language."""
    kind = KINDS[one["kind"]].render() if one["kind"] in KINDS else one["kind"]
    wrong = f" {WRONGS[one['wrong']].render()}" if one["wrong"] in WRONGS else ""
    return f"{kind} {one['code']}{wrong} [{CLASSES[one['class']].render()}]"
