"""What the forms and addresses of the spaces may hold."""

from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Form, Int, Number, Text
from huakai_tenants.premises import photos, service


class Survey(Form):
    area = Number(1, 100_000, places=1)
    state = Choice(service.STATES, required=True)
    was = Text(max_length=40, required=True)


class Addition(Form):
    code = Code(required=True)


class Own(Form):
    name = Text(max_length=40, required=True)


class Description(Form):
    name = Text(max_length=40)
    counselling = Flag(load_default=False)
    guided_by = Code()
    shared_with = Text(max_length=100)
    shared_when = Text(max_length=100)
    version = Int(0, required=True)


class Justification(Form):
    reason = Text(min_length=10, max_length=300, multiline=True, required=True)


class Photo(Form):
    taken_on = Date()


class Removal(Form):
    reason = Choice(photos.REASONS, required=True)
