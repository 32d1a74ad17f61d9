"""What the forms and addresses of the equipment register may hold."""

from huakai_platform.kernel.fields import Choice, Date, Form, Text
from huakai_platform.resources.pages import Chosen
from huakai_tenants.equipment import service
from huakai_tenants.premises import photos


class Check(Form):
    held_on = Date(required=True)
    found = Choice(["ok", "fault"], required=True)
    note = Text(max_length=200)


class Moved(Form):
    held_on = Date(required=True)
    note = Text(max_length=200)


class Scrapping(Form):
    held_on = Date(required=True)
    reason = Choice(service.REASONS, required=True)
    note = Text(max_length=200)


class ChosenItems(Chosen):
    """What the bar below the list sends, whichever of its buttons was pressed."""

    reason = Choice(service.REASONS)


class ChosenToScrap(Chosen):
    reason = Choice(service.REASONS, required=True)


class Photo(Form):
    taken_on = Date()


class Removal(Form):
    reason = Choice(photos.REASONS, required=True)
