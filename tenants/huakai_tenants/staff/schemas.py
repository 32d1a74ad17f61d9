"""What the forms of a member's page may hold; those of the register follow from its description."""

from huakai_platform.kernel.fields import Choice, Code, Date, Form, Phone, Text
from huakai_tenants.staff import files
from huakai_tenants.staff.fields import Email


class Leaving(Form):
    left_on = Date(required=True)


class Contact(Form):
    phone = Phone()
    email = Email(max_length=200)


class Certificate(Form):
    kind = Code(required=True)
    certificate_number = Text(max_length=60, required=True)
    issued_on = Date()
    expires_on = Date()


class Removal(Form):
    reason = Choice(files.REASONS, required=True)


class Nothing(Form):
    """A form of which only the files matter."""
