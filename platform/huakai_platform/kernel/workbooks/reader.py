"""The reader in the sandbox: bytes on stdin, one JSON answer on stdout; imports nothing of ours, so it starts fast."""

import codecs
import csv
import datetime
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from functools import reduce
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

Json = dict[str, Any]
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
DAMAGED = (
    *(CalamineError, zipfile.BadZipFile, zipfile.LargeZipFile, expat.ExpatError, csv.Error),
    *(ValueError, KeyError, IndexError, EOFError, OverflowError, NotImplementedError, OSError),
)
CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
GUARDED = re.compile("'[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


class Refusal(Exception):
    """A limit was passed; the code is put into words by the parent."""


def main(kind: str, limits: Json) -> Json:
    """Read; never raises for what a file can hold."""
    data = sys.stdin.buffer.read()
    try:
        sheets = read_csv(data, limits) if kind == "csv" else read_xlsx(data, limits)
    except Refusal as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "bomb"}
    except DAMAGED:
        return {"refused": "damaged"}
    return {"sheets": sheets}


def read_xlsx(data: bytes, limits: Json) -> list[Json]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = sheet_parts(archive)
    if not 0 < len(parts) <= limits["sheets"]:
        raise Refusal("damaged" if not parts else "bomb")
    scans = {name: Scan(limits, hidden).of(archive.read(part)) for name, part, hidden in parts}
    workbook = CalamineWorkbook.from_filelike(repacked(archive))
    text, sheets = 0, list[Json]()
    for name in (one for one in workbook.sheet_names if one in scans):
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > limits["rows"] or sheet.total_width > limits["columns"]:
            raise Refusal("damaged")
        rows = [[plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        text += sum(len(value) for row in rows for value in row if isinstance(value, str))
        if text > limits["text"]:
            raise Refusal("too_much_text")
        merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        sheets.append(shaped(name, rows, scans[name], merged))
        if sum(len(row) for sheet in sheets for row in sheet["rows"]) > limits["cells"]:
            raise Refusal("bomb")
    if not sheets:
        raise Refusal("damaged")
    return sheets


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str, bool]]:
    """The name of each worksheet with the part that holds it, and whether it is hidden."""
    targets = {
        attributes.get("Id"): attributes.get("Target", "")
        for name, attributes in elements(archive.read("xl/_rels/workbook.xml.rels"))
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet")
    }
    found = []
    for name, attributes in elements(archive.read("xl/workbook.xml")):
        relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), None)
        if name == "sheet" and relation in targets:
            target = targets[relation]
            part = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
            found.append((attributes.get("name", ""), part, attributes.get("state", "visible") != "visible"))
    return found


def elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    strict_parser(lambda name, attributes: found.append((name.rpartition(":")[2], attributes))).Parse(data, True)
    return found


def strict_parser(start: Callable[[str, dict[str, str]], Any]) -> expat.XMLParserType:
    """An XML parser that refuses a DOCTYPE, and with it every entity."""

    def refuse(*_: object) -> None:
        raise Refusal("damaged")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    return parser


class Scan:
    """Walks one worksheet's XML; positions count from 0; what is claimed and what is there must both fit.

    Only what holds something counts: programs write cells that are merely tinted to the sheet's last row and column.
    """

    def __init__(self, limits: Json, hidden: bool = False) -> None:
        self.hidden = hidden
        self.rows, self.columns = limits["rows"], limits["columns"]
        self.row = self.row_begun = self.column = -1
        self.row_written = self.prefix = ""
        self.seen_rows = self.seen_cells = 0
        self.counted = True
        self.told: dict[str, list[tuple[int, int, str]]] = {"f": [], "v": []}
        self.hidden_rows: list[int] = []
        self.is_error = False
        self.said: list[str] = []
        self.numbers: dict[str, int] = {}
        self.parser = strict_parser(self.start)

    def of(self, data: bytes) -> "Scan":
        self.parser.Parse(data, True)
        return self

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            prefix, _, local = name.rpartition(":")
            if local == "worksheet":
                self.prefix = prefix
            if prefix != self.prefix:
                return
            name = local
        if name == "c":
            self.is_error = attributes.get("t") == "e"
            self.cell(attributes.get("r"))
        elif name == "row":
            self.row = self.row_begun = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.row_written = str(self.row + 1)
            self.column = -1
            self.seen_cells = 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self.row)
        elif name in ("v", "is", "f"):
            self.fill()
            if name == "f" or (name == "v" and self.is_error):
                self.said = []
                self.parser.CharacterDataHandler = self.said.append
                self.parser.EndElementHandler = self.end

    def cell(self, reference: str | None) -> None:
        self.counted = False
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            column = self.numbers.get(letters)
            if column is None or reference[len(letters) :] != self.row_written:
                self.row, self.column = self.place(reference)
            else:
                self.row, self.column = self.row_begun, column

    def fill(self) -> None:
        """The present cell holds something: hold it against the limits."""
        if not self.counted:
            self.counted = True
            self.seen_rows += not self.seen_cells
            self.seen_cells += 1
        if self.row < 0:
            raise Refusal("damaged")
        if self.row >= self.rows or self.seen_rows > self.rows:
            raise Refusal("too_many_rows")
        if self.column >= self.columns or self.seen_cells > self.columns:
            raise Refusal("too_many_columns")

    def place(self, reference: str) -> tuple[int, int]:
        match = REFERENCE.fullmatch(reference)
        if match is None:
            raise Refusal("damaged")
        self.numbers[match[1]] = column_number(match[1])
        return int(match[2]) - 1, self.numbers[match[1]]

    def end(self, name: str) -> None:
        if (local := name.rpartition(":")[2]) in self.told:
            self.told[local].append((self.row, self.column, "".join(self.said)))
            self.parser.CharacterDataHandler = None
            self.parser.EndElementHandler = None


def column_number(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0) - 1


def repacked(archive: zipfile.ZipFile) -> io.BytesIO:
    """The same parts with true sizes and checksums, so that no lie in a header reaches the next reader."""
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as target:
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")):
                target.writestr(zipfile.ZipInfo(part.filename), archive.read(part))
    clean.seek(0)
    return clean


def plain(value: object) -> str | int | float | bool | None:
    match value:
        case None:
            return None
        case str() if not value or value.isspace():
            return None
        case bool() | str() | int():
            return value
        case float():
            return (
                int(value) if value.is_integer() and abs(value) < 1e15 else value if abs(value) < 1e300 else str(value)
            )
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return str(value)


def ended(row: list[Any]) -> list[Any]:
    """The row up to its last value."""
    return row[: max((place + 1 for place, value in enumerate(row) if value is not None), default=0)]


def shaped(name: str, rows: list[list[Any]], scan: Scan, merged: list[Any]) -> Json:
    """End each row at its last value and the sheet at its last row, with room for formulas that hold no value."""
    rows = [row or [] for row in ended([ended(row) or None for row in rows])]
    for row_number, column, _ in (*scan.told["f"], *scan.told["v"]):
        rows += [[] for _ in range(row_number + 1 - len(rows))]
        rows[row_number] += [None] * (column + 1 - len(rows[row_number]))
    for row_number, column, said in scan.told["v"]:
        rows[row_number][column] = said.strip() or "#VALUE!"
    hidden = [number for number in scan.hidden_rows if number < len(rows) and rows[number]]
    told = {"formulas": scan.told["f"], "merged": merged, "hidden": scan.hidden, "hidden_rows": hidden}
    return {"name": name, "rows": rows, **told}


def read_csv(data: bytes, limits: Json) -> list[Json]:
    text = decoded(data)
    if CONTROL.search(text):
        raise Refusal("not_workbook")
    rows: list[list[Any]] = []
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator(text, limits))):
        row = ended([plain(value[1:] if GUARDED.match(value) else value) for value in cells])
        if row and number >= limits["rows"]:
            raise Refusal("too_many_rows")
        if len(row) > limits["columns"]:
            raise Refusal("too_many_columns")
        if row:
            rows += [[] for _ in range(number - len(rows))]
            rows.append(row)
    return [shaped("CSV", rows, Scan(limits), [])]


def separator(text: str, limits: Json) -> str:
    """What finds most headings, else what parts most of the first rows; rows may end anywhere, blanks are no parts."""
    titles = frozenset(limits["titles"])

    def parted(mark: str) -> tuple[int, int, int]:
        try:
            rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 20))
        except csv.Error:
            return 0, 0, 0
        parts = [sum(any(map(str.isalnum, value)) for value in row) for row in rows]
        headings = max((sum(folded(value) in titles for value in row) for row in rows), default=0)
        return headings, sum(number > 1 for number in parts), max(parts, default=0)

    return max(",\t;", key=parted)


def folded(title: str) -> str:
    """As `cells.fold` says it."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title).casefold())


def decoded(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("encoding")


if __name__ == "__main__":
    answer = main(sys.argv[1], json.loads(sys.argv[2]))
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
