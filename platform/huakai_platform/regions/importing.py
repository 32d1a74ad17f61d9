"""Taking in a region tree: a dry run first, then set by set; nothing is ever deleted, only closed with a date."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.events import RegionsMoved
from huakai_platform.kernel.fields import Text
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.search import grams, initials
from huakai_platform.regions import service, tree
from huakai_platform.regions.models import Region
from huakai_platform.regions.service import COUNTRY, LEVELS
from huakai_platform.regions.tree import Known

BATCH = 5_000
MOST_BYTES = 96 * 1024 * 1024
MOST_PROBLEMS = 200
LOCK = 0x4855414B4152
"""Only one import writes at a time; the next waits."""
NAME = Text(max_length=100, required=True, from_form=False)
COMPARED = ("name", "level", "parent_code", "ancestors", "valid_to", "successor_code")
COLUMNS, WANTED = ("code", "name", "level", "parent"), ("successor",)


@dataclass
class Plan:
    """What an import would do; `problems` name the line and stop it."""

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    same: int = 0
    problems: list[Message] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "closed": len(self.closed),
            "same": self.same,
            "problems": len(self.problems),
        }


def read(content: bytes) -> list[dict[str, str]]:
    """Every row below the header of a CSV (also gzipped), blank ones too, so that the n-th is line n + 2.

    Its columns are code, name, level, parent and, as wanted, successor; what a row ends before is blank.
    """
    try:
        plain = _unpacked(content) if content[:2] == b"\x1f\x8b" else content
        rows = csv.reader(io.StringIO(plain.decode("utf-8-sig"), newline=""))
        titles = [title.strip() for title in next(rows, [])]
        missing = [name for name in COLUMNS if name not in titles]
        if missing:
            raise FileRefused(_("缺少列：{columns}。需要 code,name,level,parent。", columns=listed(missing)))
        places = {name: titles.index(name) for name in (*COLUMNS, *WANTED) if name in titles}
        return [
            {name: row[place].strip() if place < len(row) else "" for name, place in places.items()} for row in rows
        ]
    except (UnicodeDecodeError, OSError, EOFError, csv.Error, zlib.error):
        raise FileRefused(_("无法读取：请提供 UTF-8 编码的 CSV(可用 gzip 压缩)。")) from None


def _unpacked(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        plain = file.read(MOST_BYTES + 1)
    if len(plain) > MOST_BYTES:
        raise FileRefused(_("文件解压后超过 {size} MB,不予读取。", size=MOST_BYTES // 1024**2))
    return plain


def plan(session: Session, rows: Iterable[Mapping[str, str]], *, on: date, whole: bool = False) -> Plan:
    """Compare rows with the table as it is now."""
    return compare(known(session), rows, on=on, whole=whole)


def known(session: Session) -> Known:
    """The table, for a comparison that takes longer than a transaction should."""
    return {row.code: row for row in session.execute(_KNOWN)}


def compare(known: Known, rows: Iterable[Mapping[str, str]], *, on: date, whole: bool = False) -> Plan:
    """Compare rows with a table; `whole` means that a valid region absent from the file has ended.

    A row with a `successor` closes its region on the day `on`, unless it is closed already, and points to what follows
    it; a closed region that is listed without one is in force again.
    """
    made, given = Plan(), _checked(rows, known)
    made.problems = given.problems
    above: dict[str, list[str]] = {COUNTRY: [COUNTRY]}
    for code, row in given.rows.items():
        ancestors = _ancestors(code, given.rows, known, above)
        old = known.get(code)
        value = _value(row, ancestors, on, closed=old.valid_to if old else None)
        if old is None:
            made.added.append(value)
        elif any(getattr(old, name) != value[name] for name in COMPARED):
            made.changed.append(value)
        else:
            made.same += 1
    if whole:
        made.closed = [c for c, row in known.items() if c not in given.rows and c != COUNTRY and row.valid_to is None]
    return made


def apply(session: Session, plan: Plan, *, on: date, actor: Actor | None = None) -> None:
    """Write a plan without problems: parents before children and successors last, so that no row hangs in the air.

    Raises Conflict when the table was changed since, so that it would no longer be a tree.
    """
    if plan.problems:
        raise FileRefused(_("文件中有错误，没有导入任何内容。"))
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    _ensure_country(session, on)
    for batch in _batches(sorted(plan.added, key=lambda row: LEVELS.index(row["level"]))):
        bare = [row | {"successor_code": None} for row in batch]
        session.execute(_INSERT, {"rows": json.dumps(bare, default=str, ensure_ascii=False)})
    for batch in _batches([*plan.changed, *(row for row in plan.added if row["successor_code"])]):
        session.execute(_UPDATE, {"rows": json.dumps(batch, default=str, ensure_ascii=False)})
    if plan.changed:
        _carry_down(session)
    touched = [row["code"] for row in (*plan.added, *plan.changed)]
    hung = any(service.misplaced(session, among=codes) for codes in _batches(touched))
    if hung or any(tree.endless(touched, service.successors(session).get)):
        raise Conflict(_("地区表刚被修改过，请重新检查后再导入。"))
    for batch in _batches(plan.closed):
        session.execute(
            update(Region).where(Region.code.in_(bindparam("codes", expanding=True))).values(valid_to=on),
            {"codes": batch},
            execution_options={"synchronize_session": False},
        )
    audit.record(session, actor, "regions.imported", "region", COUNTRY, **plan.counts())


def _carry_down(session: Session) -> None:
    """A region that moved takes along all that is below it, its sites too; the numbers are summed anew.

    The walk begins at the top, and as every region hangs below one other only, it passes each once.
    """
    session.execute(_REGIONS_BELOW)
    if session.execute(_SITES_BELOW).all():
        outbox.publish(session, RegionsMoved())


@dataclass
class _Given:
    rows: dict[str, Mapping[str, str]]
    problems: list[Message]


def _checked(rows: Iterable[Mapping[str, str]], known: Known) -> _Given:
    given: dict[str, Mapping[str, str]] = {}
    problems: list[Message] = []
    lines: dict[str, int] = {}
    for line, row in enumerate(rows, start=2):
        if not any(row.values()):
            continue
        try:
            named = {**row, "name": NAME.deserialize(row["name"])}
        except ValidationError as refused:
            problems.append(_("第 {line} 行：名称有误：{reason}。", line=line, reason=refused.messages[0]))
            continue
        if problem := _problem(line, row, given):
            problems.append(problem)
        else:
            given[row["code"]], lines[row["code"]] = named, line
    problems += [*tree.misplaced(given, lines, known), *tree.astray(given, lines, known)]
    return _Given(given if not problems else {}, problems[:MOST_PROBLEMS])


def _problem(line: int, row: Mapping[str, str], given: tree.Rows) -> Message | None:
    """What a row contradicts by itself, or with those before it."""
    code, level = row["code"], row["level"]
    if not (len(code) == 12 and code.isascii() and code.isdigit()):
        return _("第 {line} 行：代码“{code}”不是 12 位数字。", line=line, code=code[:20])
    if code in given:
        return _("第 {line} 行：代码 {code} 与前面重复。", line=line, code=code)
    if level not in LEVELS or (level == LEVELS[0]) != (code == COUNTRY):
        return _("第 {line} 行：级别“{level}”无效。", line=line, level=level[:20])
    if code == COUNTRY and row.get("successor"):
        return _("第 {line} 行：全国没有后继地区。", line=line)
    return None


def _ancestors(code: str, rows: tree.Rows, known: Known, above: dict[str, list[str]]) -> list[str]:
    if code not in above:
        if code in rows:
            parent = tree.parent(rows[code])
            above[code] = [code, *(_ancestors(parent, rows, known, above) if parent else [])]
        else:
            above[code] = list(known[code].ancestors)
    return above[code]


def _value(row: Mapping[str, str], ancestors: list[str], on: date, *, closed: date | None = None) -> dict[str, Any]:
    name, successor = row["name"], row.get("successor") or None
    return {
        "code": row["code"],
        "name": name,
        "level": row["level"],
        "parent_code": tree.parent(row),
        "ancestors": ancestors,
        "initials": initials(name),
        "grams": grams(name),
        "valid_from": on,
        "valid_to": (closed or on) if successor else None,
        "successor_code": successor,
    }


def _ensure_country(session: Session, on: date) -> None:
    country = {"code": COUNTRY, "name": "中国", "level": "country", "parent": ""}
    session.execute(_INSERT, {"rows": json.dumps([_value(country, [COUNTRY], on)], default=str)})


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while batch := list(islice(each, BATCH)):
        yield batch


_KNOWN = select(
    Region.code, Region.name, Region.level, Region.parent_code, Region.ancestors, Region.successor_code, Region.valid_to
)
_SHAPE = (
    "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(code text, name text, level text, parent_code text,"
    " ancestors text[], initials text, grams text[], valid_from date, valid_to date, successor_code text)"
)
_INSERT = text(
    "INSERT INTO platform.region (code, name, level, parent_code, ancestors, initials, grams, valid_from, valid_to,"
    f" successor_code) SELECT r.* FROM {_SHAPE} ON CONFLICT (code) DO NOTHING"
)
_UPDATE = text(
    "UPDATE platform.region SET name = r.name, level = r.level, parent_code = r.parent_code, ancestors = r.ancestors,"
    " initials = r.initials, grams = r.grams, valid_to = r.valid_to, successor_code = r.successor_code"
    f" FROM {_SHAPE} WHERE region.code = r.code"
)
_REGIONS_BELOW = text(
    "WITH RECURSIVE tree (code, path) AS (SELECT code, ARRAY[code] FROM platform.region WHERE parent_code IS NULL"
    " UNION ALL SELECT below.code, below.code || tree.path FROM platform.region below"
    " JOIN tree ON below.parent_code = tree.code)"
    " UPDATE platform.region SET ancestors = tree.path FROM tree"
    " WHERE region.code = tree.code AND region.ancestors <> tree.path"
)
_SITES_BELOW = text(
    "UPDATE platform.site SET ancestors = region.ancestors FROM platform.region"
    " WHERE region.code = site.region_code AND site.ancestors <> region.ancestors RETURNING site.id"
)
