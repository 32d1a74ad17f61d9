"""What the lists show as workbooks, all pages of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_tenants.staff.posts import Plan
from huakai_tenants.training import listing, service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.expiring import Expiring
from huakai_tenants.training.listing import Found

KINDS: dict[str, Message] = {"qualification": _("资格证书"), "training": _("培训证书")}
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
ENDING: Sequence[tuple[Message, int]] = (
    (_("工号"), 12),
    (_("姓名"), 14),
    (_("岗位"), 20),
    (_("类别"), 14),
    (_("证书或课程"), 32),
    (_("有效期至"), 14),
    (_("剩余天数"), 10),
)


def workbook(
    session: Session, actor: Actor, courses: Mapping[str, Course], rows: Sequence[Found], total: int, language: str
) -> bytes:
    """The records as .xlsx, with a last line where they are not all; that they were read stands in the trail."""
    titles = _titles(courses, language)
    lines: list[list[Any]] = [
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
    if said := cut(total):
        lines.append([said.render()])
    written = _written(_("培训记录"), COLUMNS, lines)
    audit.record(session, actor, "training.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def ending(
    session: Session,
    actor: Actor,
    plan: Plan,
    courses: Mapping[str, Course],
    rows: Sequence[Expiring],
    on: date,
    language: str,
) -> bytes:
    """What runs out as .xlsx; that it was read stands in the trail."""
    posts, titles = _titles(plan.posts, language), _titles(plan.certificates, language) | _titles(courses, language)
    lines = [
        [
            row.number,
            row.name,
            posts.get(row.post, row.post),
            KINDS[row.kind].render(),
            titles.get(row.code, row.code),
            row.expires_on,
            row.days(on),
        ]
        for row in rows
    ]
    written = _written(_("到期证书"), ENDING, lines)
    audit.record(session, actor, "training.ending_exported", "site", tenancy.current(session), rows=len(rows))
    return written


def cut(total: int) -> Message | None:
    """Says that an export of so many is not the whole, where it is not."""
    most = listing.MOST
    if total <= most:
        return None
    return _("共 {total} 条，一次最多导出 {most} 条，请缩小筛选范围后再导出。", total=total, most=most)


def _titles(codes: Mapping[str, Any], language: str) -> dict[str, str]:
    return {code: one.title.get(language) or one.title["zh"] for code, one in codes.items()}


def _written(name: Message, heads: Sequence[tuple[Message, int]], lines: Sequence[Sequence[Any]]) -> bytes:
    columns = [Column(title.render(), width) for title, width in heads]
    return workbooks.write(workbooks.table(name.render(), columns, lines))
