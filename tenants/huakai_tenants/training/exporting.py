"""The records as a workbook: what the list shows, all pages of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_tenants.training import service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.records import Found

COLUMNS: Sequence[tuple[Message, int]] = (
    (_("工号"), 12),
    (_("姓名"), 14),
    (_("课程"), 28),
    (_("培训日期"), 14),
    (_("学时"), 8),
    (_("结果"), 10),
    (_("成绩"), 8),
    (_("证书编号"), 20),
    (_("发证日期"), 14),
    (_("有效期至"), 14),
)


def workbook(
    session: Session, actor: Actor, courses: Mapping[str, Course], rows: Sequence[Found], language: str
) -> bytes:
    """The rows as .xlsx; that they were read stands in the trail."""
    titles = {code: course.title.get(language) or course.title["zh"] for code, course in courses.items()}
    lines = [
        [
            row.number,
            row.name,
            titles.get(row.course, row.course),
            row.held_on,
            row.hours,
            service.RESULTS[row.result].render(),
            row.score,
            row.certificate_number,
            row.issued_on,
            row.expires_on,
        ]
        for row in rows
    ]
    columns = [Column(title.render(), width) for title, width in COLUMNS]
    written = workbooks.write(workbooks.table(_("培训记录").render(), columns, lines))
    audit.record(session, actor, "training.exported", "site", tenancy.current(session), rows=len(rows))
    return written
