"""What the forms and addresses of training may hold; those of its records follow from their description."""

from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Form, Int, Page, Text
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


class Removal(Form):
    reason = Choice(service.REASONS, required=True)


class ScanRemoval(Form):
    reason = Choice(files.REASONS, required=True)


class Nothing(Form):
    """A form of which only the files matter."""
