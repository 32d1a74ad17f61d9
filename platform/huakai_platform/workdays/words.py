"""What stands in the cells of a holiday table, in the words of the notices."""

WORK, FREE = "上班", "休息"
DAY_HEADINGS, WORK_HEADINGS = ("日期", "date"), ("上班或休息", "安排", "work or free")
NOTE_HEADINGS = ("说明", "备注", "节日", "note")
WORDS = {
    **dict.fromkeys((WORK, "补班", "调休上班", "班", "work", "1"), True),
    **dict.fromkeys((FREE, "放假", "假", "休", "free", "0"), False),
}
