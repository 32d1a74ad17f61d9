"""`huakai verify FILE`: a sealed assessment computed again on any machine, with neither database nor settings."""

from pathlib import Path
from typing import Any

import click

from huakai_deploy.commands import output
from huakai_deploy.commands.output import said
from huakai_platform.compliance import bundle
from huakai_platform.compliance.bundle import NoBundle, Verdict
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _


@click.command(help=said(_("离线复算封存的评估文件；一致返回 0，不一致返回 1，不是封存文件返回 2")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--digest", metavar="SHA256", help=said(_("另从页面或纸上抄来的摘要，也要一致")))
@output.json_option
def verify(file: Path, digest: str | None, as_json: bool) -> None:
    verdict = _verdict(file)
    foreign = digest is not None and digest.strip().lower() != verdict.about["digest"]
    if as_json:
        output.tell_json(_as_json(verdict) | {"digest_given": not foreign if digest else None})
    else:
        _tell(verdict)
        if foreign:
            output.say(_("摘要与给出的不同：这不是那一份文件。"), err=True)
    if verdict.differences or foreign:
        click.get_current_context().exit(1)


def _verdict(file: Path) -> Verdict:
    """Whatever cannot be computed at all ends in 2."""
    try:
        with file.open("rb") as opened:
            return bundle.verify(opened.read(bundle.LARGEST + 1))
    except NoBundle as fault:
        raise HuakaiError(fault.message) from None
    except OSError as fault:
        raise HuakaiError(_("无法读取文件：{reason}", reason=fault.strerror)) from None


def _tell(verdict: Verdict) -> None:
    about, result = verdict.about, verdict.result
    output.table(
        (_("项目"), _("内容")),
        [
            (_("编号"), about["site"]),
            (_("评估日"), about["as_of"]),
            (_("标准"), about["edition"]),
            (_("指标集"), result["age_set"]),
            (_("得分"), f"{result['points']} / {result['possible']}"),
            (_("得分率"), result["percent"]),
            (_("等级"), result["grade"]),
            (_("摘要"), about["digest"]),
        ],
    )
    if not verdict.differences:
        output.say(_("一致：按文件中的依据逐字节复算，结果相同。"))
        return
    rows = [(one.path, one.stated, one.found) for one in verdict.differences]
    output.table((_("位置"), _("文件所载"), _("复算所得")), rows, title=_("不一致"))
    output.say(_("不一致：文件被改动过，或不是由本程序封存。"), err=True)


def _as_json(verdict: Verdict) -> dict[str, Any]:
    differences = [{"path": one.path, "stated": one.stated, "found": one.found} for one in verdict.differences]
    return {"agrees": not differences, **verdict.about, "result": verdict.result, "differences": differences}
