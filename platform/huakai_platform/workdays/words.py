"""What stands in the cells of a holiday table, in the words of the notices."""

import re

WORK, FREE = "上班", "休息"
WORDS = {WORK: True, FREE: False, "work": True, "free": False, "1": True, "0": False}
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[T ]00:00:00)?")
