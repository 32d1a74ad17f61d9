"""What stands beside a deed, in words: the names of its codes, and the values that are codes themselves."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from huakai_platform.compliance.words import looked
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import SiteState

LONGEST, ENDING = 18, 12
"""Longer ids and digests are shown by their end."""

NAMES: Mapping[str, Message] = {
    "ab": _("角色"),
    "account": _("账号"),
    "added": _("新增"),
    "area": _("面积"),
    "as_of": _("评估日"),
    "asked_by": _("申请人"),
    "backup": _("备份"),
    "changed": _("修改"),
    "closed": _("停用"),
    "code": _("代码"),
    "count": _("数量"),
    "course": _("课程"),
    "created": _("新增"),
    "day": _("日期"),
    "days": _("天数"),
    "digest": _("摘要"),
    "done": _("处理"),
    "email": _("邮箱"),
    "failed_core": _("核心项不合格"),
    "fields": _("修改的栏目"),
    "files": _("文件"),
    "free": _("休息日"),
    "given": _("新值"),
    "item": _("项目"),
    "items": _("项目数"),
    "kind": _("类别"),
    "looked_at": _("查看内容"),
    "membership": _("身份记录"),
    "month": _("月份"),
    "on": _("日期"),
    "operation": _("批量操作"),
    "own": _("本人"),
    "percent": _("得分率"),
    "phone": _("电话"),
    "places": _("地区和站点"),
    "post": _("岗位"),
    "present": _("已有"),
    "problems": _("错误"),
    "purpose": _("用途"),
    "reason": _("原因"),
    "refused": _("未导入"),
    "region": _("地区"),
    "role": _("身份"),
    "rows": _("行数"),
    "run": _("检查单"),
    "same": _("不变"),
    "scopes": _("权限"),
    "second_factor": _("两步验证"),
    "sha256": _("文件摘要"),
    "site": _("站点"),
    "sites": _("站点数"),
    "size": _("字节"),
    "source": _("原状态"),
    "state": _("状态"),
    "taken_at": _("备份时间"),
    "target": _("新状态"),
    "tenant": _("站点"),
    "threshold": _("最小人数"),
    "until": _("截止"),
    "visit": _("查看记录"),
    "worked": _("工作日"),
    "works": _("上班"),
}
"""A name that is not here, of a later release or of an import's own counts, is shown as it is."""

CODES: Mapping[str, Message] = {
    "open": _("待整改"),
    "fixed": _("已整改"),
    "closed": _("已关闭"),
    "assigned": _("指定负责人"),
    "postponed": _("延长期限"),
    "noted": _("补充说明"),
    "returned": _("退回"),
    "daily": _("每日检查"),
    "weekly": _("每周检查"),
    "monthly": _("每月检查"),
    "planned": _("待核对"),
    "ready": _("可使用"),
}
Detail = Mapping[str, Any]


def said(detail: Detail) -> Iterator[tuple[Message, Message]]:
    """Each name and value that is there, in the order of the codes."""
    for name in sorted(detail):
        if detail[name] is not None:
            yield NAMES.get(name) or Message("{code}", code=name), _value(name, detail[name])


def _value(name: str, value: Any) -> Message:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return Message("{codes}", codes=", ".join(str(one) for one in value))
    code = str(value)
    if name == "role" and code in set(Role):
        return Role(code).label
    if name in ("source", "target") and code in set(SiteState):
        return SiteState(code).label
    if name == "looked_at":
        return looked(code)
    if name in ("done", "state", "code") and code in CODES:
        return CODES[code]
    return Message("{code}", code=_short(code))


def _short(code: str) -> str:
    return code if len(code) <= LONGEST or _moment(code) else f"…{code[-ENDING:]}"


def _moment(code: str) -> bool:
    try:
        datetime.fromisoformat(code)
    except ValueError:
        return False
    return True
