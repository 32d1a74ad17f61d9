"""The register as a workbook: what the list shows, all pages of it, without any contact."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_tenants.staff import posts
from huakai_tenants.staff.listing import TRAINED, Found, Trained
from huakai_tenants.staff.posts import Plan

COLUMNS: Sequence[tuple[Message, int]] = (
    (_("工号"), 12),
    (_("姓名"), 14),
    (_("岗位"), 24),
    (_("用工形式"), 12),
    (_("A/B 角"), 8),
    (_("到岗日期"), 14),
    (_("离岗日期"), 14),
    (_("违法犯罪记录查询日期"), 22),
    (_("证书数"), 8),
    (_("培训"), 12),
)


def workbook(
    session: Session, actor: Actor, plan: Plan, rows: Sequence[Found], trained: Trained, language: str
) -> bytes:
    """The rows as .xlsx; that they were read stands in the trail."""
    titles = {code: post.title.get(language) or post.title["zh"] for code, post in plan.posts.items()}
    lines = [
        [
            row.number,
            row.name,
            titles.get(row.post, row.post),
            posts.EMPLOYMENTS[row.employment].render(),
            row.ab,
            row.joined_on,
            row.left_on,
            row.background_checked_on,
            row.certificates,
            TRAINED[trained[row.id]].render() if row.id in trained else None,
        ]
        for row in rows
    ]
    columns = [Column(title.render(), width) for title, width in COLUMNS]
    written = workbooks.write(workbooks.table(_("人员").render(), columns, lines))
    audit.record(session, actor, "staff.exported", "site", tenancy.current(session), rows=len(rows))
    return written
