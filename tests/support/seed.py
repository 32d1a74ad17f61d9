"""The small world of the tests: one institution's country with a few townships, and edition 1."""

import csv
import gzip
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, insert

from huakai_platform.regions.models import Region

DATA = Path(__file__).parents[2] / "templates/huakai_templates/data/regions.csv.gz"
KEPT = ("4103", "4401", "4419")
COUNTRY = "000000000000"


def regions(engine: Engine) -> None:
    """Luoyang, Guangzhou and Dongguan (which has no counties) with all that is above them."""
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["code"][:4] in KEPT or row["level"] == "province"]
    above: dict[str, list[str]] = {COUNTRY: [COUNTRY]}
    values = [_region(COUNTRY, "中国", "country", None, above)]
    values += [_region(row["code"], row["name"], row["level"], row["parent"] or COUNTRY, above) for row in rows]
    with engine.begin() as connection:
        connection.execute(insert(Region), values)


def _region(code: str, name: str, level: str, parent: str | None, above: dict[str, list[str]]) -> dict[str, object]:
    above[code] = [code, *above[parent]] if parent else [code]
    return {
        "code": code,
        "name": name,
        "level": level,
        "parent_code": parent,
        "ancestors": above[code],
        "initials": "",
        "grams": [name[i : i + 2] for i in range(len(name) - 1)],
        "valid_from": date(2000, 1, 1),
        "valid_to": None,
        "successor_code": None,
    }
