"""What the details of an entry are called, and how their values are written for a reader."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huakai_platform.compliance.words import looked
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.sites import SiteState

DETAILS: dict[str, Message] = {
    "ab": _("A/B 角"),
    "account": _("账号"),
    "added": _("新增"),
    "area": _("面积（平方米）"),
    "as_of": _("评估日期"),
    "asked_by": _("申请人"),
    "before": _("原来"),
    "at_odds": _("从第几条起不符"),
    "backup": _("备份摘要"),
    "chain": _("链的处理"),
    "changed": _("修改"),
    "closed": _("撤销"),
    "code": _("检查单"),
    "contacts": _("联系方式"),
    "count": _("数量"),
    "course": _("课程"),
    "created": _("新建"),
    "day": _("日期"),
    "days": _("天数"),
    "definitions": _("定义数"),
    "digest": _("摘要"),
    "done": _("处理"),
    "edition": _("标准版本"),
    "email": _("有邮箱"),
    "failed_core": _("核心项不合格"),
    "faulty": _("有错误"),
    "fields": _("改动的栏目"),
    "files": _("文件摘要"),
    "free": _("休息日"),
    "given": _("已填写"),
    "item": _("检查项"),
    "items": _("项数"),
    "kind": _("类型"),
    "list": _("列表"),
    "living_head": _("现有链头"),
    "looked_at": _("查看内容"),
    "membership": _("身份记录"),
    "month": _("月份"),
    "number": _("第几版"),
    "on": _("日期"),
    "operation": _("批量操作"),
    "outcome": _("结果"),
    "own": _("本机"),
    "percent": _("得分率（%）"),
    "phone": _("有电话"),
    "places": _("地区数"),
    "post": _("岗位"),
    "present": _("已存在"),
    "problems": _("问题"),
    "purpose": _("用途"),
    "reason": _("原因"),
    "refused": _("未写入"),
    "region": _("地区"),
    "register": _("登记簿"),
    "release": _("标准发布"),
    "role": _("身份"),
    "rows": _("行数"),
    "run": _("检查单编号"),
    "same": _("不变"),
    "saved_head": _("备份的链头"),
    "scopes": _("权限"),
    "second_factor": _("两步验证"),
    "sha256": _("文件摘要"),
    "shared": _("共享"),
    "site": _("站点"),
    "sites": _("站点数"),
    "size": _("大小（字节）"),
    "source": _("原状态"),
    "state": _("状态"),
    "taken_at": _("备份时间"),
    "target": _("新状态"),
    "tenant": _("站点"),
    "threshold": _("最小人数"),
    "unchanged": _("不变"),
    "until": _("有效至"),
    "visit": _("查看编号"),
    "wave": _("批次"),
    "waves": _("批次数"),
    "worked": _("调休上班"),
    "works": _("上班"),
    "subject": _("照片内容"),
    "shows": _("所示对象"),
    "taken_on": _("拍摄日期"),
    "quantity": _("数量"),
    "ok": _("正常"),
}
"""Each detail that is recorded anywhere has its words here; a test of the architecture holds it to that."""

STATES = {state.value: state.label for state in SiteState}
CODES: dict[str, Mapping[str, Message]] = {
    "outcome": {"new": _("新建账号"), "joined": _("加到已有账号")},
    "chain": {"kept": _("保留"), "filled": _("补齐"), "replaced": _("替换")},
    "code": {"daily": _("每日检查"), "weekly": _("每周检查"), "monthly": _("每月检查")},
    "done": {
        "assigned": _("指定了负责人"),
        "postponed": _("延长了期限"),
        "noted": _("补充了说明"),
        "fixed": _("报告已整改"),
        "proved": _("上传了证明"),
        "returned": _("退回重做"),
        "closed": _("核实并关闭"),
    },
    "purpose": {"invite": _("邀请"), "reset": _("重设密码")},
    "scopes": {permission.value: permission.label for permission in Permission},
    "role": {role.value: role.label for role in Role},
    "source": STATES,
    "target": STATES,
    "state": STATES,
    "activity.state": {"planned": _("计划中"), "held": _("已举办"), "cancelled": _("已取消")},
    "open_point.state": {"open": _("待整改"), "fixed": _("待核实"), "closed": _("已关闭")},
    "space.state": {"planned": _("待核对"), "ready": _("可使用"), "closed": _("停用")},
    "token.kind": {"personal": _("个人令牌"), "service": _("服务令牌")},
}
"""What the codes of a detail stand for; where two kinds of objects differ, by both names."""

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
LONG = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Digests and ids; they are shown by their ends."""


def told(kind: str, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details of an entry about an object of this kind, each with its word; what is empty is left out."""
    given = [(name, value) for name, value in sorted(detail.items()) if value is not None]
    return [(word(name), _joined([_written(kind, name, one) for one in _many(value)])) for name, value in given]


def word(name: str) -> str:
    """What a detail is called; an unknown one, of a later release, by its code."""
    return DETAILS[name].render() if name in DETAILS else name


def _joined(parts: list[str]) -> str:
    said = listed(parts)
    return said.render() if isinstance(said, Message) else said


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _written(kind: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return (_("是") if value else _("否")).render()
    if isinstance(value, int):
        return f"{value:,}"
    text = str(value)
    codes = CODES.get(f"{kind}.{name}") or CODES.get(name) or {}
    if name == "looked_at":
        return looked(text).render()
    if text in codes:
        return codes[text].render()
    if MOMENT.match(text):
        return _moment(text)
    return f"…{text[-12:]}" if LONG.fullmatch(text) else text


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment.astimezone(CHINA) if moment.tzinfo else moment).strftime("%Y-%m-%d %H:%M")
