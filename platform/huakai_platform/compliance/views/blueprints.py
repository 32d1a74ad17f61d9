"""Where the pages hang, and who reads the rows of a room for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import Blueprint, Flask, current_app
from sqlalchemy.orm import Session

from huakai_platform.standards.measured import Measure

console = Blueprint("compliance", __name__, url_prefix="/console/compliance")
room = Blueprint("room_compliance", __name__, url_prefix="/room")


@dataclass(frozen=True)
class Reader:
    """The rooms' own way to measure themselves and to show a photo; the platform knows nothing of their tables."""

    measure: Measure
    photo: Callable[[Session, UUID], bytes]


def install(app: Flask, reader: Reader) -> None:
    app.extensions["huakai.reader"] = reader


def reader() -> Reader:
    return cast(Reader, current_app.extensions["huakai.reader"])
