"""The problems of a register whose file is gone, as a workbook; and what kinds of sites are called."""

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column, Styled
from huakai_platform.kernel.workbooks.writing import Content
from huakai_platform.onboarding import summaries
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import Ownership, Tier

OWNERSHIP_LABELS = {Ownership.DEMONSTRATION: _("市级示范"), Ownership.SELF_BUILT: _("自建")}
TIER_LABELS = {
    Tier.T1.value: _("T1 村(社区)"),
    Tier.T2.value: _("T2 乡镇(街道)"),
    Tier.T3.value: _("T3 县(区)"),
    Tier.T4.value: _("T4 学校/机关/企业"),
}
BAD = ("error", "possible_duplicate")


def problems(kept: RegisterImport) -> bytes:
    """What kept rows out, cell by cell, from the summary."""
    columns = [
        Column(title.render(), width)
        for title, width in ((_("行"), 8), (_("单元格"), 10), (_("站点名称"), 28), (_("问题与改法"), 70))
    ]
    rows: list[list[Content | Styled]] = [
        [line.row, told.cell, line.name, told.message.render()]
        for line in summaries.lines(kept.summary)
        if line.state in BAD
        for told in line.problems
    ]
    return workbooks.write(workbooks.table(_("未导入的行").render(), columns, rows))
