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
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.expiring import Expiring

KINDS: dict[str, Message] = {"qualification": _("资格证书"), "training": _("培训证书")}
ENDING: Sequence[tuple[Message, int]] = (
    (_("工号"), 12),
    (_("姓名"), 14),
    (_("岗位"), 20),
    (_("类别"), 14),
    (_("证书或课程"), 32),
    (_("有效期至"), 14),
    (_("剩余天数"), 10),
)


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


def _titles(codes: Mapping[str, Any], language: str) -> dict[str, str]:
    return {code: one.title.get(language) or one.title["zh"] for code, one in codes.items()}


def _written(name: Message, heads: Sequence[tuple[Message, int]], lines: Sequence[Sequence[Any]]) -> bytes:
    columns = [Column(title.render(), width) for title, width in heads]
    return workbooks.write(workbooks.table(name.render(), columns, lines))
