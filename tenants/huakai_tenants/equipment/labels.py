"""Labels to stick on: a code that leads to the page of the item, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class Label:
    number: str
    title: str
    where: str | None
    code: str
    """The QR code as an SVG data address."""


def draw(address: str) -> str:
    """The QR code of an address, with the error correction that a worn sticker needs."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, light="white"))


def sheet(rows: Sequence[tuple[str, str, str | None, str]]) -> list[Label]:
    """Of number, title, place and address of each item."""
    return [Label(number, title, where, draw(address)) for number, title, where, address in rows]
