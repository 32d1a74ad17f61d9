"""What the forms and addresses of the equipment register may hold."""

from huakai_platform.kernel.fields import Choice, Code, Date, Form, Id, Int, Many, Money, Page, Text
from huakai_tenants.equipment import listing, service
from huakai_tenants.premises import photos

NUMBER = r"[A-Za-z0-9][A-Za-z0-9._-]*"
MOST_PIECES = 100_000


class Listing(Form):
    q = Text(max_length=40)
    kind = Code()
    space = Code()
    wants = Choice(listing.WANTS)
    state = Choice(listing.STATES, load_default="present")
    sort = Choice([sign + key for key in listing.SORTS for sign in ("", "-")], load_default="number")
    page = Page()


class Item(Form):
    kind = Code(required=True)
    name = Text(max_length=80)
    number = Code(NUMBER, max_length=20)
    serial = Text(max_length=60)
    space_id = Id()
    quantity = Int(1, MOST_PIECES, required=True)
    bought_on = Date()
    price = Money()
    funds = Choice(service.FUNDS)
    warranty_until = Date()
    note = Text(max_length=500, multiline=True)
    version = Int(0, load_default=0)


class New(Form):
    kind = Code()


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


class Checked(Form):
    ids = Many(Id(from_form=False), required=True)


class Photo(Form):
    taken_on = Date()


class Removal(Form):
    reason = Choice(photos.REASONS, required=True)
