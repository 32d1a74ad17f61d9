"""Telephone numbers and e-mail addresses as they are compared, kept and shown."""

import re

from marshmallow import ValidationError

from huakai_platform.kernel import crypto
from huakai_platform.kernel.fields import Phone

EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def normal_phone(text: str) -> str | None:
    """The one written form of a number; None when it is none."""
    try:
        return str(Phone().deserialize(text))
    except ValidationError:
        return None


def normal_email(text: str) -> str | None:
    """An address in lower case; None when it is none."""
    email = text.strip().lower()
    return email if len(email) <= 200 and EMAIL.fullmatch(email) else None


def phone_lookup(lookup_key: bytes, phone: str) -> bytes:
    return crypto.lookup(lookup_key, "phone", phone)


def person_lookup(lookup_key: bytes, phone: str, name: str) -> bytes:
    """By which somebody who is invited again, to another place, is known to be the same person."""
    return crypto.lookup(lookup_key, "person", f"{phone}|{name}")


def hint(phone: str) -> str:
    """What may be shown of a number: enough to know one's own, too little to call."""
    return f"{phone[:3]}****{phone[-4:]}"
