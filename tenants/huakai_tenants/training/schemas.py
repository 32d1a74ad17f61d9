"""What the forms and addresses of training may hold."""

from decimal import Decimal

from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Form, Id, Int, Many, Number, Page, Text
from huakai_tenants.staff import files
from huakai_tenants.training import expiring, exporting, service
from huakai_tenants.training.coverage import State


class Coverage(Form):
    state = Choice([state.value for state in State])
    post = Code()


class Expiring(Form):
    within = Choice(["gone", *map(str, expiring.STAGES)])
    kind = Choice(exporting.KINDS)
    code = Code()
    post = Code()
    sort = Choice([sign + key for key in ("expires", "name", "code") for sign in ("", "-")], load_default="expires")
    page = Page()


class SignIn(Form):
    course = Code()
    on = Date()
    trainer = Text(max_length=60)
    lines = Int(1, 100, load_default=20)
    named = Flag()


class Change(Form):
    held_on = Date(required=True)
    hours = Number(Decimal("0.1"), Decimal(200), places=1, required=True)
    result = Choice(service.RESULTS, required=True)
    score = Int(0, 100)
    certificate_number = Text(max_length=60)
    issued_on = Date()
    expires_on = Date()
    note = Text(max_length=500, multiline=True)
    version = Int(0, load_default=0)


class Session(Change):
    course = Code(required=True)
    members = Many(Id(), required=True)


class Removal(Form):
    reason = Choice(service.REASONS, required=True)


class ScanRemoval(Form):
    reason = Choice(files.REASONS, required=True)


class Nothing(Form):
    """A form of which only the files matter."""
