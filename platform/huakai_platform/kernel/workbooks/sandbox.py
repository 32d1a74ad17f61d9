"""Reads an uploaded workbook in the sandbox."""

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from huakai_platform.kernel import sandbox
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import guard
from huakai_platform.kernel.workbooks.limits import MB, Limits
from huakai_platform.kernel.workbooks.merging import fill_down
from huakai_platform.kernel.workbooks.model import Cell, Sheet, Workbook

READER = Path(__file__).with_name("reader.py")


def read(data: bytes, *, limits: Limits | None = None, titles: Collection[str] = ()) -> Workbook:
    """Read an .xlsx, or a CSV in UTF-8, UTF-16 or GB18030; whatever is wrong with it, it ends in FileRefused.

    `titles` are headings by which the separator of a CSV is known, as `headings.fold` says them.
    """
    limits = limits or Limits()
    try:
        answer = _ask(data, guard.inspect(data, limits), limits, titles)
    except guard.Refusal as refusal:
        raise FileRefused(_message(refusal.code, limits)) from refusal
    if "refused" in answer:
        raise FileRefused(_message(answer["refused"], limits))
    return Workbook(tuple(_sheet(sheet) for sheet in answer["sheets"]))


def _ask(data: bytes, kind: str, limits: Limits, titles: Collection[str]) -> dict[str, Any]:
    """Hand the bytes to the reader; one that dies, is slow or gives no JSON is a refusal."""
    bounds = sandbox.Bounds(limits.memory, limits.cpu, limits.wall)
    asked = json.dumps(asdict(limits) | {"titles": sorted(titles)})
    try:
        answer: dict[str, Any] = json.loads(sandbox.ask(READER, kind, asked, data=data, bounds=bounds))
    except (sandbox.Died, ValueError) as error:
        raise guard.Refusal("unsafe") from error
    return answer


def _sheet(given: dict[str, Any]) -> Sheet:
    rows = [
        [Cell(row, column, value) for column, value in enumerate(values)] for row, values in enumerate(given["rows"])
    ]
    for row, column, formula in given["formulas"]:
        rows[row][column] = rows[row][column]._replace(formula=formula)
    merged = tuple((a, b, c, d) for a, b, c, d in given["merged"])
    fill_down(rows, merged)
    return Sheet(given["name"], rows, merged, given["hidden"], tuple(given["hidden_rows"]))


def _message(code: str, limits: Limits) -> Message:
    match code:
        case "empty":
            return _("文件是空的，请选择填好的登记表。")
        case "too_big":
            return _("文件超过 {size} MB,请拆分后分次上传。", size=limits.size // MB)
        case "old_format":
            return _("这是旧版(.xls、.xlsb)或加密的文件，请在 Excel 中另存为不加密的 .xlsx 后再上传。")
        case "not_workbook":
            return _("这不是 Excel(.xlsx)或 CSV 文件：请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再上传。")
        case "damaged":
            return _("文件不完整或已损坏，请用 Excel 打开并重新保存后再上传。")
        case "bomb":
            return _("文件解压后过大或部件过多，为安全起见不予读取；请只保留数据，另存后再上传。")
        case "too_many_rows":
            return _("表格超过 {rows} 行，请删除多余的行或拆分后分次上传。", rows=limits.rows)
        case "too_many_columns":
            return _("表格超过 {columns} 列，请删除右侧多余的列后再上传。", columns=limits.columns)
        case "too_much_text":
            return _("表格中的文字过多，请拆分后分次上传。")
        case "encoding":
            return _("无法识别文件的文字编码，请另存为 UTF-8 编码的 CSV 或 .xlsx 后再上传。")
        case _code:
            return _("文件无法安全读取，已拒绝；请用 Excel 打开并重新保存后再上传。")
