"""What the forms and addresses of activities may hold."""

from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Form, Int, Number, Text
from huakai_tenants.activities import effects

TOTAL = 1_000_000_000


class New(Form):
    """What another page already knows of a new activity."""

    on = Date()
    theme = Code()


class Cancellation(Form):
    reason = Text(max_length=200, required=True)


class Nothing(Form):
    """A form of which only the deed itself matters."""


class SignIn(Form):
    lines = Int(1, 200, load_default=30)


class Year(Form):
    year = Int(2000, 2100)


class PlanYear(Form):
    year = Int(2000, 2100, required=True)


class PlanMonth(Form):
    theme = Code()
    title = Text(max_length=80)
    note = Text(max_length=200)
    version = Int(0, load_default=0)


class Total(Form):
    from_on = Date(required=True)
    to_on = Date(required=True)
    sessions = Int(1, TOTAL, required=True)
    attendances = Int(0, TOTAL)
    people = Int(0, TOTAL)
    estimated = Flag(load_default=False)
    sites = Int(1, 100_000, load_default=1)
    source = Text(max_length=120, required=True)


class Month(Form):
    month = Code(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


class Effect(Form):
    question = Text(max_length=80, required=True)
    better = Choice(effects.BETTER, required=True)
    people_before = Int(effects.LEAST, 100_000, required=True)
    mean_before = Number(-1000, 1000, places=2, required=True)
    people_after = Int(effects.LEAST, 100_000, required=True)
    mean_after = Number(-1000, 1000, places=2, required=True)
