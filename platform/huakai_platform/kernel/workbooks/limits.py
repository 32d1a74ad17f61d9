"""How much of a file anybody may hand in."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    size: int = 10 * MB
    unpacked: int = 64 * MB
    parts: int = 200
    ratio: int = 100
    rows: int = 20_000
    columns: int = 100
    sheets: int = 20
    cells: int = 1_000_000
    """In all sheets together, the empty ones before a filled one included."""
    text: int = 16_000_000
    memory: int = 512 * MB
    cpu: int = 20
    wall: float = 30.0
