"""Where the pages hang, what they are asked with, and the words that they share."""

from typing import Any

from flask import Blueprint

from huakai_platform.drift import words
from huakai_platform.drift.waivers import LONGEST
from huakai_platform.kernel import clock
from huakai_platform.kernel.fields import Date, Flag, Form, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.onboarding import exporting

console = Blueprint("drift", __name__, url_prefix="/console")
room = Blueprint("room_drift", __name__, url_prefix="/room/drift")
TIERS: dict[str, Message | str] = {str(code): label for code, label in exporting.TIER_LABELS.items()}


@console.context_processor
@room.context_processor
def _words() -> dict[str, Any]:
    return {"words": words, "today": clock.today(), "longest": LONGEST, "tiers": TIERS}


class Asking(Form):
    reason = Text(min_length=5, max_length=500, multiline=True, required=True)
    ends_on = Date(required=True)


class Decision(Form):
    approve = Flag(load_default=False)
    answer = Text(max_length=500, multiline=True, load_default="")


class Withdrawal(Form):
    answer = Text(min_length=5, max_length=500, multiline=True, required=True)


def wrong_end(values: Any) -> Message | None:
    """What is wrong with the last day of a waiver."""
    days = (values["ends_on"] - clock.today()).days
    return None if 0 <= days <= LONGEST else _("截止日期要在今天之后、{days} 天以内。", days=LONGEST)
