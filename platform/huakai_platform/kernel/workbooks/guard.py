"""What is refused before any byte of a file is unpacked."""

import io
import struct
import zipfile

from huakai_platform.kernel.workbooks.limits import Limits

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
LONGEST_ENTRY = 46 + 1024


class Refusal(Exception):
    """Why a file is refused, as a code that `sandbox` puts into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def inspect(data: bytes, limits: Limits) -> str:
    """Tell `xlsx` from `csv`, and refuse anything too large, too dense or neither."""
    if not data:
        raise Refusal("empty")
    if len(data) > limits.size:
        raise Refusal("too_big")
    if data.startswith(OLE):
        raise Refusal("old_format")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refusal("not_workbook")
    if not data.startswith(b"PK"):
        return "csv"
    _check_directory(data, limits)
    _check_parts(data, limits)
    return "xlsx"


def _check_directory(data: bytes, limits: Limits) -> None:
    """Bound the directory from its own end record, so that listing it stays cheap."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) - end < END_OF_DIRECTORY.size:
        raise Refusal("damaged")
    _, _, _, _, entries, size, _, _ = END_OF_DIRECTORY.unpack_from(data, end)
    if entries > limits.parts or size > limits.parts * LONGEST_ENTRY:
        raise Refusal("bomb")


def _check_parts(data: bytes, limits: Limits) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
        raise Refusal("damaged") from error
    names = {part.filename for part in parts}
    unpacked = sum(part.file_size for part in parts)
    if len(names) != len(parts) or any(part.flag_bits & 1 for part in parts):
        raise Refusal("damaged")
    if len(parts) > limits.parts or unpacked > limits.unpacked or unpacked > limits.ratio * len(data):
        raise Refusal("bomb")
    if "xl/workbook.xml" not in names:
        raise Refusal("old_format" if "xl/workbook.bin" in names else "not_workbook")
