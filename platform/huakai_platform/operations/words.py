"""What the states of long work, the messages of the queue and its processes are called."""

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.operations import Ending, ItemState

ENDINGS: dict[Ending, tuple[Message, str]] = {
    Ending.RUNNING: (_("进行中"), "info"),
    Ending.DONE: (_("已完成"), "ok"),
    Ending.DONE_WITH_FAILURES: (_("完成，有失败"), "warn"),
    Ending.FAILED: (_("失败"), "bad"),
    Ending.CANCELLED: (_("已取消"), "mute"),
}
STATES: dict[ItemState, tuple[Message, str]] = {
    ItemState.WAITING: (_("等待"), "info"),
    ItemState.DONE: (_("成功"), "ok"),
    ItemState.FAILED: (_("失败"), "bad"),
    ItemState.CANCELLED: (_("已取消"), "mute"),
}
TOPICS: dict[str, Message] = {
    "OperationStarted": _("开始批量操作"),
    "OperationEnded": _("告知批量操作的结果"),
    "ScheduleFailed": _("定时任务"),
    "RegionStuck": _("汇总地区数字"),
    "SiteOpeningRequested": _("开通站点"),
    "RegionsMoved": _("地区调整"),
    "SitesTakenIn": _("登记新站点"),
    "SiteStateChanged": _("站点状态变化"),
    "ChecklistCompleted": _("检查单完成"),
    "NumbersChanged": _("数字变化"),
    "DayTurned": _("新的一天"),
    "DayBegan": _("站点的新一天"),
    "FiguresDue": _("发布人数数据"),
    "RecountRequested": _("重新计算站点数字"),
    "HeadsDue": _("签署审计链头"),
    "SiteEntered": _("上级进入站点"),
    "VisitMade": _("告知站点有人查看"),
    "AskedAbove": _("有事等待机构处理"),
    "WaiverDecided": _("豁免有了结果"),
    "ProposalDecided": _("建议有了结果"),
    "ReminderRequested": _("提醒站点"),
    "ActivityShared": _("共同上报的活动"),
    "TotalReported": _("往期活动汇总数"),
    "ReleaseTried": _("演练发布标准"),
    "ReleaseReached": _("向站点发布标准"),
    "ReleaseTakenBack": _("撤回向站点发布的标准"),
    "EditionConfirmed": _("站点确认标准变化"),
    "InvitationIssued": _("发送邀请"),
    "RoleEnded": _("释放手机号和邮箱"),
    "ResendRequested": _("重新发送"),
}
KINDS: dict[str, Message] = {
    "worker": _("任务进程"),
    "ringer": _("敲钟进程"),
    "web": _("网页进程"),
    "exporter": _("导出进程"),
}
