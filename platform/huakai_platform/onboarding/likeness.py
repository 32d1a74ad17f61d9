"""A single site judged by the register's own rules: is it right, and is it there already?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.onboarding import register
from huakai_platform.onboarding.lookups import DatabaseLookups
from huakai_platform.onboarding.register import Field, Lookups, RegisterRow, State, Verdict

COLUMNS = {field: field.value for field in Field}
"""A form has no columns; a problem names its field instead."""


def row(**values: Any) -> RegisterRow:
    """A register row made of form values."""
    return RegisterRow(1, COLUMNS, **values)


def lookups(session: Session, institution_id: UUID) -> Lookups:
    return DatabaseLookups(session, institution_id)


def judge(row: RegisterRow, lookups: Lookups, details: Mapping[str, Any] = {}) -> Verdict:
    """The verdict on one site; `details["override"]` says why it is a site of its own."""
    override = str(details.get("override") or "")
    (verdict,) = register.check([row], lookups, clock.today(), reasons={row.number: override})
    return verdict


def said(verdict: Verdict) -> Message:
    """Why a site cannot go in as it stands, in one sentence."""
    if verdict.state is State.PRESENT and verdict.site:
        return _("“{name}”已经登记过，不能再登记一次。", name=verdict.site.name)
    for problem in verdict.problems:
        if problem.severity != "warning":
            return problem.message
    return _("填写的内容有误。")
