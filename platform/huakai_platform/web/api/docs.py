"""The document, and a page that shows it; nothing of it comes from elsewhere."""

from pathlib import Path
from typing import Any, cast

import flask_swagger_ui
from flask import Blueprint, Response, current_app, render_template, send_from_directory

from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.web.access import public
from huakai_platform.web.api.answers import answer
from huakai_platform.web.api.document import Document

blueprint = Blueprint("api", __name__, url_prefix="/api")
SHOWN = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})
FILES = Path(flask_swagger_ui.__file__).parent / "dist"
METHODS = ("get", "post", "put", "patch", "delete")


@blueprint.get("/v1/openapi.json")
@public
def openapi() -> Response:
    return answer(written())


@blueprint.get("/docs")
@public
def docs() -> str:
    return render_template("api/docs.html", groups=_groups(written()))


@blueprint.get("/docs/<path:filename>")
@public
def docs_file(filename: str) -> Response:
    """The files of Swagger UI, as its package carries them."""
    if filename not in SHOWN:
        raise NotFound(_("没有这个文件。"))
    response = send_from_directory(FILES, filename)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def written() -> dict[str, Any]:
    """The document of this process, written once."""
    extension: dict[str, Any] = current_app.extensions["huakai.api"]
    if "written" not in extension:
        extension["written"] = cast(Document, extension["document"]).spec.to_dict()
    return cast(dict[str, Any], extension["written"])


def _groups(document: dict[str, Any]) -> list[tuple[dict[str, str], list[tuple[str, str, str]]]]:
    """Every operation by its tag: method, path and what it does."""
    found = [
        (operation["tags"][0], (method.upper(), path, operation["summary"]))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    return [(tag, [one for name, one in found if name == tag["name"]]) for tag in document["tags"]]
