"""A definition in the reader's words: what its keys and codes are called."""

from collections.abc import Callable, Mapping
from typing import Any

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards.service import Bodies

KINDS: dict[str, Message] = {
    "edition": _("总则"),
    "tiers": _("级别"),
    "spaces": _("空间"),
    "equipment": _("设备"),
    "wall_documents": _("上墙文件"),
    "posts": _("岗位"),
    "certificates": _("证书"),
    "curricula": _("课程"),
    "checklist": _("检查单"),
    "indicators": _("指标"),
    "activity_themes": _("活动"),
    "scale": _("量表"),
    "survey": _("问卷"),
    "register": _("登记簿"),
    "variation": _("站点可调整"),
}
KEYS: dict[str, Message] = {
    "ages": _("适用年龄（岁）"),
    "anonymous": _("不记名"),
    "audience": _("问谁"),
    "cites": _("哪一项写来源编号"),
    "factor": _("乘以系数"),
    "higher_is": _("分数高表示"),
    "import_only": _("须自行取得文字"),
    "high": _("最高"),
    "licence": _("使用许可"),
    "low": _("最低"),
    "of": _("计入哪些题"),
    "reviewed": _("须由另一人复核"),
    "reversed": _("反向计分"),
    "scores": _("计分"),
    "severity": _("程度"),
    "terms": _("许可条款"),
    "urgent": _("须立即跟进"),
    "urgent_from": _("从几分起须立即跟进"),
    "whole": _("取整数部分"),
    "window": _("问多久以来的情况"),
    "bound": _("界限"),
    "checklist": _("检查单"),
    "checklists": _("检查单"),
    "counted": _("按什么计"),
    "extra_items": _("自加检查项"),
    "local_names": _("本地名称"),
    "most": _("最多"),
    "thresholds": _("可以更严的指标"),
    "above": _("超过（年）"),
    "ab": _("分 A、B 角"),
    "area": _("面积"),
    "audiences": _("服务对象"),
    "at_least": _("至少"),
    "at_most": _("至多"),
    "bands": _("计分区间"),
    "below": _("不足（年）"),
    "certificates": _("证书"),
    "chapters": _("篇章"),
    "check": _("检查"),
    "code": _("代码"),
    "core": _("核心"),
    "counselling": _("有咨询功能"),
    "counsels": _("可从事咨询"),
    "courses": _("课程"),
    "days": _("天数"),
    "department": _("指导部门"),
    "departments": _("指导部门"),
    "dimension": _("维度"),
    "dimensions": _("维度"),
    "direction": _("方向"),
    "documents": _("上墙文件"),
    "equipment": _("设备"),
    "evidence": _("证明"),
    "flowers": _("三朵花"),
    "forms": _("活动形式"),
    "from": _("满（年）"),
    "grade": _("等级"),
    "grades": _("等级"),
    "group": _("类别"),
    "groups": _("类别"),
    "help": _("说明"),
    "hours": _("学时"),
    "hours_per_month": _("每月小时"),
    "id": _("编号"),
    "indicators": _("指标"),
    "issuer": _("发证机构"),
    "kind": _("种类"),
    "level": _("所在层级"),
    "lines": _("建设线"),
    "metric": _("计量"),
    "metrics": _("计量"),
    "month": _("月份"),
    "months": _("月数"),
    "number": _("数量"),
    "opening": _("开放"),
    "optional": _("选设"),
    "pair": _("可合用"),
    "pass_mark": _("及格分"),
    "people": _("人数"),
    "period": _("周期"),
    "points": _("分值"),
    "posts": _("岗位"),
    "programmes": _("培训项目"),
    "proposed": _("自拟，可修改"),
    "quantity": _("数量"),
    "rectification": _("整改期限"),
    "registered": _("须注册"),
    "renewal": _("续期"),
    "required": _("必备"),
    "rules": _("规则"),
    "sets": _("指标集"),
    "share": _("得分比例（%）"),
    "source": _("来源"),
    "sources": _("来源"),
    "spaces": _("空间"),
    "staff": _("人员"),
    "stars": _("星级"),
    "supervision": _("督导"),
    "test": _("考核"),
    "text": _("说明"),
    "themes": _("每月主题"),
    "tier": _("级别"),
    "tiers": _("各级别"),
    "to": _("至（年）"),
    "topics": _("内容"),
    "unit": _("单位"),
    "validity": _("有效期"),
    "venue": _("场所"),
    "venues": _("场所"),
    "volunteer_stars": _("志愿者星级"),
    "weights": _("权重"),
    "years": _("运营年限"),
    "all_of": _("须全部选中"),
    "at": _("截止时刻"),
    "count": _("数量"),
    "day": _("截止日"),
    "due": _("截止"),
    "equals": _("合格答案"),
    "items": _("题目"),
    "max": _("上限"),
    "min": _("下限"),
    "not_applicable": _("可答“不适用”"),
    "one_of": _("任选其一即合格"),
    "options": _("选项"),
    "pass": _("合格条件"),
    "section": _("分区"),
    "sections": _("分区"),
    "title": _("名称"),
    "weekdays": _("星期几（1 为星期一）"),
    "weight": _("分值"),
    "keep": _("保存期限"),
    "dated": _("按哪一项的日期统计"),
    "rows": _("明细"),
    "counting": _("怎样计数"),
    "privacy": _("谁可以看"),
    "writers": _("谁可以登记"),
    "share_of": _("占哪个数的比例"),
    "where_item": _("只算哪一项"),
    "where_is": _("等于哪个答案"),
    "item": _("项"),
    "what": _("证明种类"),
    "when": _("何时要证明"),
    "within_days": _("几天之内"),
}
VALUES: dict[str, Message] = {
    "visitor": _("来访者"),
    "resident": _("居民"),
    "partner": _("合作单位"),
    "none": _("无"),
    "mild": _("轻度"),
    "moderate": _("中度"),
    "severe": _("重度"),
    "mean": _("平均分"),
    "worse": _("越高越严重"),
    "better": _("越高越好"),
    "at_least": _("至少"),
    "at_most": _("至多"),
    "days": _("天"),
    "basic": _("基本空间"),
    "function": _("功能室"),
    "room": _("室"),
    "zone": _("区"),
    "once": _("一次"),
    "year": _("每年"),
    "day": _("每日"),
    "week": _("每周"),
    "month": _("每月"),
    "count": _("数量"),
    "months": _("月"),
    "percent": _("百分比"),
    "hours": _("小时"),
    "lower": _("越低越好"),
    "higher": _("越高越好"),
    "village": _("村、社区"),
    "township": _("乡镇、街道"),
    "county": _("县、区"),
    "organisation": _("学校、机关、企业"),
    "never": _("不要求"),
    "on_fail": _("不合格时"),
    "always": _("总是"),
    "photo": _("照片"),
    "document": _("文件"),
    "boolean": _("是非"),
    "yes_no_na": _("是、否、不适用"),
    "number": _("数字（可有小数）"),
    "integer": _("整数"),
    "choice": _("单选"),
    "choices": _("多选"),
    "date": _("日期"),
    "text": _("文字"),
    "site": _("站点"),
    "institution": _("机构"),
    "open": _("上级和站点都可以看"),
    "staff": _("只有本站人员和进入本站的上级可以看"),
    "confidential": _("保密，只有本站可以看"),
    "entries": _("登记条数"),
    "sum": _("数字合计"),
    **{role.value: role.label for role in Role},
}


def ordered(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """What there is beside the name: the description first, where it comes from last."""
    rank = {"text": 0, "source": 2, "proposed": 3}
    return sorted(
        ((key, inner) for key, inner in value.items() if key not in ("title", "code")),
        key=lambda pair: rank.get(pair[0], 1),
    )


def titles(bodies: Bodies) -> dict[str, Any]:
    """What every code of an edition is called there; a source goes by its number."""
    found: dict[str, Any] = {}
    for body in bodies.values():
        _gather(body, found)
    return found


def _gather(value: Any, found: dict[str, Any]) -> None:
    if isinstance(value, dict):
        if "title" in value and (code := value.get("code") or value.get("id")):
            found.setdefault(str(code), value["title"])
        for inner in value.values():
            _gather(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _gather(inner, found)


def named(code: str, titles: Mapping[str, Any], say: Callable[[Any], str]) -> str:
    """What a key or a code is called."""
    return say(KEYS[code]) if code in KEYS else say(titles[code]) if code in titles else code


def spoken(value: Any, titles: Mapping[str, Any], say: Callable[[Any], str]) -> str:
    """A value of the standard in one line of the reader's words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return say(_("是") if value else _("否"))
    if isinstance(value, str):
        return say(titles[value]) if value in titles else say(VALUES.get(value, value))
    if isinstance(value, list):
        return say(_("、")).join(spoken(one, titles, say) for one in value)
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"}:
            return say(value)
        called = value.get("title") or value.get("text")
        parts = [f"{named(key, titles, say)} {spoken(inner, titles, say)}" for key, inner in value.items()]
        return say(called) if called else say(_("；")).join(parts)
    return str(value)
