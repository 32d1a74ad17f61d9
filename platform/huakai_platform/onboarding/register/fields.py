"""The columns of a register of sites: what each is called, holds and explains."""

from dataclasses import dataclass
from enum import StrEnum

from huakai_platform.kernel.i18n import Message, _


class Field(StrEnum):
    SEQ = "seq"
    NAME = "name"
    KIND = "kind"
    TIER = "tier"
    REGION_CODE = "region_code"
    COUNTY = "county"
    TOWNSHIP = "township"
    COMMUNITY = "community"
    ADDRESS = "address"
    AREA = "area"
    OWNERSHIP = "ownership"
    HOST = "host"
    OPERATOR = "operator"
    OPERATING_SINCE = "operating_since"
    A_NAME = "a_name"
    A_PHONE = "a_phone"
    B_NAME = "b_name"
    B_PHONE = "b_phone"
    WEEKLY_HOURS = "weekly_hours"
    NOTE = "note"


class Kind(StrEnum):
    ROOM = "room"
    CENTER = "center"


class Tier(StrEnum):
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"


class Ownership(StrEnum):
    DEMONSTRATION = "demonstration"
    SELF_BUILT = "self_built"


REQUIRED = (Field.NAME, Field.KIND, Field.TIER, Field.REGION_CODE)
RESULT_TITLES = ("导入结果", "问题与改法")
EXAMPLE_MARK = "示例"

KINDS = {"心理咨询室": Kind.ROOM, "心理咨询中心": Kind.CENTER}
OWNERSHIPS = {"市级示范": Ownership.DEMONSTRATION, "自建": Ownership.SELF_BUILT}
TIERS = {tier.value: tier for tier in Tier}

KIND_WORDS = KINDS | {
    "咨询室": Kind.ROOM,
    "社区心理咨询室": Kind.ROOM,
    "room": Kind.ROOM,
    "咨询中心": Kind.CENTER,
    "中心": Kind.CENTER,
    "社会心理服务中心": Kind.CENTER,
    "center": Kind.CENTER,
    "centre": Kind.CENTER,
}
OWNERSHIP_WORDS = OWNERSHIPS | {
    "示范": Ownership.DEMONSTRATION,
    "demonstration": Ownership.DEMONSTRATION,
    "自建自管": Ownership.SELF_BUILT,
    "selfbuilt": Ownership.SELF_BUILT,
}
TIER_WORDS = {tier.value.lower(): tier for tier in Tier} | {
    **dict.fromkeys(("村(社区)", "村", "社区"), Tier.T1),
    **dict.fromkeys(("乡镇(街道)", "乡镇", "街道"), Tier.T2),
    **dict.fromkeys(("县(区)", "县", "区", "县区"), Tier.T3),
    **dict.fromkeys(("学校/机关/企业", "学校", "机关", "企业"), Tier.T4),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """How a column is headed and recognised, and what its cells should hold."""

    label: Message
    also: tuple[str, ...]
    explanation: Message
    example: str | int
    width: float = 14


FIELDS: dict[Field, Spec] = {
    Field.SEQ: Spec(_("序号"), ("编号", "no", "seq", "number"), _("随意编号，导入时不使用。"), EXAMPLE_MARK, 8),
    Field.NAME: Spec(
        _("站点名称"),
        ("名称", "站点", "咨询室名称", "中心名称", "site name", "name", "site"),
        _("必填。站点的全称，不能是公式。"),
        "平安社区心理咨询室",
        28,
    ),
    Field.KIND: Spec(
        _("类型"), ("站点类型", "类别", "kind", "type"), _("必填。心理咨询室或心理咨询中心。"), "心理咨询室"
    ),
    Field.TIER: Spec(
        _("级别"),
        ("层级", "等级", "站点级别", "tier", "level"),
        _("必填。T1 村(社区)、T2 乡镇(街道)、T3 县(区)、T4 学校/机关/企业。"),
        "T1",
        8,
    ),
    Field.REGION_CODE: Spec(
        _("统计用区划代码"),
        ("区划代码", "行政区划代码", "统计代码", "地区代码", "region code", "code", "division code"),
        _("必填。12 位统计用区划代码，请按文本填写。"),
        "410311002001",
        17,
    ),
    Field.COUNTY: Spec(
        _("县(区)"), ("区县", "县市区", "所属区县", "county", "district"), _("应与区划代码一致。"), "洛龙区"
    ),
    Field.TOWNSHIP: Spec(
        _("乡镇(街道)"), ("街道乡镇", "镇街", "township", "street", "town"), _("应与区划代码一致。"), "开元路街道"
    ),
    Field.COMMUNITY: Spec(_("村(社区)"), ("村居", "village", "community"), _("村或社区的名称。"), "平安社区"),
    Field.ADDRESS: Spec(_("详细地址"), ("地址", "站点地址", "address"), _("门牌号为止。"), "开元路街道80号", 30),
    Field.AREA: Spec(
        _("建筑面积(㎡)"),
        ("面积", "使用面积", "场地面积", "area", "floor area"),
        _("平方米，只填数字，如 30。"),
        30,
        10,
    ),
    Field.OWNERSHIP: Spec(
        _("所有制"), ("所有权", "建设性质", "建设方式", "ownership"), _("市级示范或自建。"), "自建", 12
    ),
    Field.HOST: Spec(
        _("依托场所"),
        ("依托单位", "所在场所", "host", "host place"),
        _("站点设在哪里，如党群服务中心。"),
        "党群服务中心",
        18,
    ),
    Field.OPERATOR: Spec(
        _("运营机构"), ("运营单位", "运营方", "承接机构", "operator"), _("由谁运营。"), "居委会自营", 24
    ),
    Field.OPERATING_SINCE: Spec(
        _("开始运营日期"),
        ("运营日期", "开始运营时间", "启用日期", "投用时间", "operating since", "opening date", "start date"),
        _("如 2019-09-01 或 2019/9/1,不能晚于今天。"),
        "2019-09-01",
        14,
    ),
    Field.A_NAME: Spec(
        _("A角"), ("A角姓名", "A角人员", "a role", "a name"), _("第一责任人的姓名，与 B角 不能是同一人。"), "张平安", 10
    ),
    Field.A_PHONE: Spec(
        _("A角手机"),
        ("A角电话", "A角联系方式", "A角联系电话", "a phone"),
        _("11 位手机号，或带区号的固定电话。"),
        "19900000001",
    ),
    Field.B_NAME: Spec(_("B角"), ("B角姓名", "B角人员", "b role", "b name"), _("替补责任人的姓名。"), "李康宁", 10),
    Field.B_PHONE: Spec(
        _("B角手机"),
        ("B角电话", "B角联系方式", "B角联系电话", "b phone"),
        _("11 位手机号，或带区号的固定电话。"),
        "19900010001",
    ),
    Field.WEEKLY_HOURS: Spec(
        _("每周开放小时"),
        ("周开放小时", "每周开放时间", "每周开放时长", "每周开放小时数", "weekly hours", "hours per week"),
        _("0 到 168 之间的数字，如 20。"),
        20,
        10,
    ),
    Field.NOTE: Spec(_("备注"), ("说明", "note", "notes", "remark", "remarks"), _("可不填。"), "", 20),
}
