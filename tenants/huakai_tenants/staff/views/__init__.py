"""The room's pages of its staff: the register, one member, and what is done with either."""

from collections.abc import Callable
from datetime import date
from typing import cast

from flask import Blueprint, Flask, current_app
from sqlalchemy.orm import Session

from huakai_tenants.staff.listing import Trained

blueprint = Blueprint("staff", __name__, url_prefix="/room/staff")
Reader = Callable[[Session, date], Trained]


def install(app: Flask, reader: Reader) -> None:
    """Hand the register what it may not know of itself: how everybody's training stands."""
    app.extensions["huakai.trained"] = reader


def reader() -> Reader:
    return cast(Reader, current_app.extensions["huakai.trained"])


from huakai_tenants.staff.views import certificates, contact, lists, members, scans  # noqa: E402, F401
