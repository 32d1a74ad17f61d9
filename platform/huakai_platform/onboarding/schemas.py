"""What the pages of sites and registers are asked with."""

from huakai_platform.kernel.fields import Choice, Flag, Form, Id, Int, Many, Page, RegionCode, Text
from huakai_platform.onboarding.register import FIELDS
from huakai_platform.onboarding.summaries import STATES

MOST = 10_000


class BoardQuery(Form):
    region = RegionCode()


class Chosen(Form):
    """Ticked sites; `sure` once the preview has been seen."""

    ids = Many(Id(), most=MOST, load_default=list)
    sure = Flag(load_default=False)


class ReportQuery(Form):
    show = Choice(STATES)
    page = Page()


class MarkedQuery(Form):
    only_bad = Flag(load_default=False)


class Nothing(Form):
    """A form of buttons and files only."""


class Override(Form):
    """Why a possible duplicate is a site of its own; blank takes the reason back."""

    row = Int(1, 1_000_000, required=True)
    reason = Text(max_length=500, load_default="")


Columns = Form.from_dict({field.value: Int(0, 200) for field in FIELDS}, name="Columns")
"""Which column of the sheet is which field; blank is none."""
