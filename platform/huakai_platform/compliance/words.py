"""What the codes of a score are called."""

from dataclasses import dataclass

from huakai_platform.kernel.i18n import Message, _


@dataclass(frozen=True, slots=True)
class Level:
    """A span of the risk, both ends included."""

    label: Message
    tone: str
    bounds: tuple[int, int]


RISKS = {
    "high": Level(_("高（60 以上）"), "bad", (60, 100)),
    "middle": Level(_("中（30–59）"), "warn", (30, 59)),
    "low": Level(_("低（30 以下）"), "ok", (0, 29)),
}

REASONS: dict[str, Message] = {
    "later": _("平台目前还不记录这项内容"),
    "no_register": _("平台目前还没有这类台账，检查单只问是否完好"),
    "no_runs": _("这段时间没有应完成的每日检查"),
    "nobody": _("没有登记相关人员"),
    "not_prescribed": _("标准对本级别没有规定"),
    "replaced_since": _("记录在这一天之后更新过，当时的情况没有保留"),
}
KINDS: dict[str, Message] = {
    "run": _("每日检查"),
    "space": _("空间"),
    "post": _("岗位"),
    "member": _("人员"),
}
LOOKED: dict[str, Message] = {
    "indicators": _("合规评估页"),
    "evidence": _("指标证据"),
    "photo": _("每日检查的照片"),
    "sealing": _("封存评估"),
    "trail": _("审计日志"),
}
"""What a visitor opened, by the first part of its code."""
TONES = {"excellent": "ok", "good": "info", "qualified": "warn", "unqualified": "bad"}
"""How the grades of the shipped edition look; any other goes without colour."""
GRADES: dict[str, Message] = {
    "excellent": _("优秀"),
    "good": _("良好"),
    "qualified": _("合格"),
    "unqualified": _("不合格"),
}
SETS: dict[str, Message] = {
    "A": _("A 组（不满一年）"),
    "B": _("B 组（一年至三年）"),
    "C": _("C 组（三年以上）"),
}


def reason(code: str | None) -> Message:
    return REASONS[code or "later"]


def level(risk: int) -> Level:
    return next(one for one in RISKS.values() if one.bounds[0] <= risk <= one.bounds[1])


def looked(code: str) -> Message:
    """What a visitor looked at, in words; an unknown code as it stands."""
    return LOOKED.get(code.partition(".")[0]) or Message(code)
