"""What a broken link is called, and what may have happened."""

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.trail.verifying import Broken, Fault

FAULTS: dict[Fault, Message] = {
    Fault.CHANGED: _("内容被改动"),
    Fault.REMOVED: _("缺少这一条"),
    Fault.REORDERED: _("被换成了另一条"),
    Fault.REPLACED: _("被重写，后面的记录对不上"),
    Fault.CUT: _("链尾被截断"),
    Fault.REWRITTEN: _("与上报的链头不一致"),
}


def said(broken: Broken) -> Message:
    """One sentence that names the first broken link."""
    told = _("第 {seq} 条断开：{fault}。", seq=broken.seq, fault=FAULTS[broken.fault])
    if broken.day:
        told = _("{told}依据是 {day} 的链头。", told=told, day=broken.day.isoformat())
    if broken.restored:
        told = _("{told}第 {seq} 条记有一次恢复：备份之后的记录可能因此丢失。", told=told, seq=broken.restored)
    return told
