"""Regions in the console: browse, look up, take in a new tree."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import RegionCode, Strict, Text
from huakai_platform.regions import importing, service
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard

blueprint = Blueprint("regions", __name__, url_prefix="/console/regions")


class Browse(Strict):
    q = Text(max_length=50)
    within = RegionCode()


@blueprint.get("/")
@guard(Permission.REGIONS_READ)
def index() -> str:
    asked = inputs.query(Browse())
    code = asked.get("within", service.COUNTRY)
    words = asked.get("q", "")
    found = service.find(db(), words, within=code, most=100) if words else service.children(db(), code)
    return render_template(
        "regions/index.html",
        region=service.get(db(), code),
        crumbs=[
            (gettext("全国") if above == service.COUNTRY else name, url_for(".index", within=above))
            for above, name in service.path(db(), code)
        ],
        found=found,
        words=words,
        labels=service.LEVEL_LABELS,
    )


@blueprint.get("/lookup")
@guard(Permission.REGIONS_READ)
def lookup() -> Response:
    """Regions for a picker: code, name, level and the names above."""
    asked = inputs.query(Browse())
    found = service.find(db(), asked.get("q", ""), within=asked.get("within"))
    above = service.names_of(db(), {code for row in found for code in row.ancestors})
    return jsonify(
        [
            {
                "code": row.code,
                "name": row.name,
                "level": row.level,
                "path": " / ".join(above[code] for code in reversed(row.ancestors[:-1])),
            }
            for row in found
        ]
    )


@blueprint.get("/import")
@guard(Permission.REGIONS_IMPORT)
def import_form() -> str:
    return render_template("regions/import.html", plan=None, error=None)


@blueprint.post("/import")
@guard(Permission.REGIONS_IMPORT)
def import_file() -> BaseResponse | tuple[str, int] | str:
    """A dry run, or, with `apply`, the import itself."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise FileRefused(gettext("请选择文件。"))
        rows = importing.read(file.read())
        plan = importing.plan(db(), rows, on=clock.today(), whole=request.form.get("whole") == "1")
        if request.form.get("apply") != "1" or plan.problems:
            return render_template("regions/import.html", plan=plan, error=None), 422 if plan.problems else 200
        importing.apply(db(), plan, on=clock.today(), actor=actor())
    except FileRefused as refused:
        return render_template("regions/import.html", plan=None, error=refused.message), 422
    flash(gettext("已导入：新增 %(added)s，修改 %(changed)s，停用 %(closed)s。", **plan.counts()), "ok")
    return redirect(url_for(".index"), 303)
