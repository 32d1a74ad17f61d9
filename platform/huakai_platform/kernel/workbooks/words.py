"""The words that people write into sheets beside what is asked: units, totals, remarks, and that there is nothing."""

import re

MONEY = ("元", "圆", "rmb")
SQUARE_METRES = ("m2", "平方米", "平米", "平")
HOURS = ("小时", "个小时", "h", "hour", "hours")
LESSONS = ("学时", "个学时", "课时", *HOURS)
POINTS = ("分",)
PEOPLE = ("人", "名", "位")
VISITS = ("人次", "人")
TIMES = ("场", "次")
PIECES = (
    "件",
    "台",
    "把",
    "个",
    "张",
    "套",
    "只",
    "本",
    "份",
    "部",
    "块",
    "盒",
    "包",
    "箱",
    "盏",
    "组",
    "对",
    "册",
    "支",
)
"""What may stand behind a number, by what is counted."""
NOTHING = frozenset(("", "无", "暂无", "没有", "不详", "/", "\\", "-", "--", "n/a", "none"))
"""What people write where there is nothing to write."""
TOTAL = re.compile(r"(?:合计|总计|小计|共计|累计|总数|total|subtotal|grandtotal)\w{0,6}")
REMARK = re.compile(
    r"\s*(?:(?:填表|制表|填报|审核|复核|审批|经办|负责|联系)人|(?:填表|制表|填报)(?:单位|部门|日期|时间)"
    r"|单位\s*[(（]?盖章[)）]?|注|备注|说明)(?:签字|签名|[(（](?:签字|签名|签章|盖章)[)）])?\s*[:：].*",
    re.DOTALL,
)
"""How a row begins that is none of the list."""
