"""Files that are handed out to be kept."""

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(workbook: bytes, name: str) -> Response:
    """A workbook to keep under a name."""
    response = Response(workbook, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
