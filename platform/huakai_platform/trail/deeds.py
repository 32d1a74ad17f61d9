"""The words of the trail: what each recorded deed and each kind of object is called."""

from huakai_platform.kernel.i18n import Message, _

DEEDS: dict[str, Message] = {
    "sessions.signed_in": _("登录"),
    "sessions.revoked": _("退出一台设备"),
    "sessions.others_revoked": _("退出其他所有设备"),
    "accounts.invited": _("邀请人员"),
    "accounts.disabled": _("停用账号"),
    "accounts.enabled": _("启用账号"),
    "accounts.renamed": _("修改姓名或语言"),
    "accounts.email_set": _("修改邮箱"),
    "accounts.phone_set": _("修改电话"),
    "accounts.password_changed": _("更改密码"),
    "accounts.second_factor_on": _("开启两步验证"),
    "accounts.second_factor_off": _("关闭两步验证"),
    "accounts.second_factor_dropped": _("重置他人的两步验证"),
    "accounts.recovery_codes_renewed": _("更换恢复码"),
    "accounts.exported": _("导出账号名单"),
    "memberships.chosen": _("切换身份"),
    "memberships.given": _("添加身份"),
    "memberships.ended": _("结束身份"),
    "invitations.issued": _("发放邀请或重置链接"),
    "invitations.used": _("使用链接设置密码"),
    "institutions.renamed": _("确认机构信息"),
    "regions.imported": _("导入地区"),
    "registers.uploaded": _("上传登记表"),
    "registers.applied": _("登记表入库"),
    "registers.discarded": _("放弃登记表"),
    "sites.created": _("申报站点"),
    "sites.moved": _("站点状态变化"),
    "sites.opening_requested": _("要求开通站点"),
    "sites.opened": _("站点开通"),
    "reminders.sent": _("提醒站点处理逾期检查单"),
    "operations.cancelled": _("取消批量操作"),
    "operations.resumed": _("继续批量操作"),
    "jobs.resent": _("重新发送任务"),
    "tenant.restored": _("恢复站点数据"),
    "platform.restored": _("恢复全部数据"),
    "trail.exported": _("导出审计日志"),
    "trail.heads_exported": _("下载签署的链头"),
    "figures.recounted": _("重新计算数字"),
    "figures.released": _("发布人数数据"),
    "spaces.surveyed": _("登记空间"),
    "spaces.added": _("增加空间"),
    "sites.entered": _("进入站点查看合规"),
    "sites.visited": _("上级查看本站点"),
    "assessments.sealed": _("封存评估"),
    "checklists.completed": _("完成检查单"),
    "checklists.reopened": _("重新打开检查单"),
    "evidence.added": _("上传证明"),
    "evidence.removed": _("移除证明"),
    "points.acted": _("处理待整改项"),
    "workdays.marked": _("修改节假日"),
    "workdays.seeded": _("载入节假日表"),
    "workdays.imported": _("导入节假日表"),
    "tokens.created": _("建立令牌"),
    "tokens.revoked": _("撤销令牌"),
}
"""Each deed that is recorded anywhere has its words here; a test of the house holds it to that."""

OBJECTS: dict[str, Message] = {
    "backup": _("备份"),
    "account": _("账号"),
    "assessment": _("评估"),
    "institution": _("机构"),
    "invitation": _("邀请"),
    "membership": _("身份"),
    "message": _("任务"),
    "operation": _("批量操作"),
    "region": _("地区"),
    "register_import": _("登记表"),
    "release": _("人数发布"),
    "session": _("登录设备"),
    "site": _("站点"),
    "trail": _("审计日志"),
    "space": _("空间"),
    "token": _("令牌"),
    "visit": _("上级查看"),
    "attachment": _("证明文件"),
    "checklist_run": _("检查单"),
    "open_point": _("待整改项"),
    "work_year": _("节假日表年份"),
}


def words(deed: str) -> Message:
    """What a deed is called; an unknown one, of a later release, by its code."""
    return DEEDS.get(deed) or Message("{deed}", deed=deed)


def kind(code: str) -> Message:
    return OBJECTS.get(code) or Message("{code}", code=code)
