"""What the states of a proposal are called."""

from huakai_platform.kernel.i18n import Message, _

STATES: dict[str, tuple[Message, str]] = {
    "open": (_("待处理"), "info"),
    "accepted": (_("已采纳"), "ok"),
    "declined": (_("未采纳"), "bad"),
    "merged": (_("已合并"), "mute"),
}
