"""Invented names and the sentences that people of the demonstration's rooms have written."""

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "青禾", "小满", "知秋", "春晓", "雨薇", "向阳", "明溪", "一苇", "若水", "远山",
    "新苗", "乐田", "晨露", "云舒", "初夏", "望舒", "景行", "安然", "立冬", "清和",
)  # fmt: skip
REMARKS = (
    "希望上级协助协调一次消防培训。",
    "打印机维修中，请协助联系供应商。",
    "近期来访增多，建议增加志愿者值班。",
    "窗帘老化，已列入更换计划。",
)
TAKEN = ("已与物业联系，本周内处理。", "材料已经采购，等待安装。", "已安排专人负责，每天查看一次。")
FIXED = ("已整改，现场拍照留存。", "已更换并登记，责任人已知悉。", "已清理并张贴提示，后续每天检查。")
CLOSED = ("现场核实，符合要求。", "已复查，问题不再出现。", "核对记录与照片，同意关闭。")
POSTPONED = ("配件到货推迟，申请延期。", "施工队排期较晚，申请延期。")
REOPENED = ("复核时发现有一项填写有误，更正后重新完成。", "补充遗漏的照片后重新完成。")
NOTED = "到期前已提醒本人，等待换发。"
CERTIFICATE = "示例"
PHOTO = "现场照片.jpg"
TOTALLED = "社区综合服务中心工作答复"
TENSION = "考前紧张程度（1–10）"
MADE = {
    "computer": ("联想 启天 M455", 4200),
    "printer": ("惠普 M1136", 1500),
    "testing_system": ("心理测评系统 V5", 18000),
    "biofeedback": ("生物反馈训练仪", 26000),
    "music_chair": ("音乐放松椅 FS-2", 9800),
    "sand_tray": ("沙盘与沙具 1200 件", 6800),
    "venting_set": ("宣泄人与宣泄墙", 3600),
    "extinguisher": ("干粉灭火器 4 kg", 90),
    "file_cabinet": ("四门钢制档案柜", 680),
    "sound_screen": ("会议平板 65 英寸", 7200),
}
"""Make and price of equipment that has one; yuan apiece."""
SHARED = (("社区妇联", "每周二下午"), ("社区新时代文明实践站", "每周四上午"), ("社区居委会", "周末"))
WALLS = ("接待区墙面", "走廊公示栏", "咨询室门旁")
PROPOSED = (
    (
        "checklist", "daily", "sections/opening/items/exit_clear",
        "改为每周拍照一次，其余日子只勾选。", "每天拍照占用开门时间，通道一周之内很少变化。",
    ),
    (
        "equipment", "equipment", "equipment/extinguisher",
        "灭火器按面积配：每 50 平方米一具。", "面积大的站点两具不够，消防检查时被指出。",
    ),
    (
        "wall_documents", "wall_documents", "",
        "上墙文件改为在电子屏上轮播。", "墙面不够，内容更新也慢。",
    ),
)  # fmt: skip
"""Kind, code, place, change and reason: the first waits, the second is accepted, the third is declined."""
ANSWERED = "停电或屏幕故障时居民看不到，文件仍须上墙；可以另外在电子屏上播放。"
WAIVED = (
    "已联系供应商，下月到货。",
    "所在楼宇正在整修，完工后恢复。",
    "借调人员返岗以前，由邻近站点代班。",
)
"""Why a requirement should not hold for a while: asked for, given, ended."""
VARIED = ("daily", "饮水机已换水并登记", "individual_room", "心语小屋")
"""An item of a room's own and its checklist, and what it calls one of its spaces."""
