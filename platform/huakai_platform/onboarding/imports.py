"""The imports of an institution: finding them again, and the sites that came of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, defer

from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import opening, summaries
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.opening import Candidate

LATEST = 50


def get(session: Session, actor: Actor, import_id: UUID, *, lock: bool = False) -> RegisterImport:
    """An import of the actor's institution; a regional office sees its own only. Raises NotFound."""
    query = select(RegisterImport).where(RegisterImport.id == import_id, *own(actor))
    query = (
        query.with_for_update().execution_options(populate_existing=True)
        if lock
        else query.options(defer(RegisterImport.content))
    )
    if found := session.scalar(query):
        return found
    raise NotFound(_("没有这次导入。"))


def latest(session: Session, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """The last imports, newest first: file, state, counts and who."""
    return session.execute(
        select(
            RegisterImport.id,
            RegisterImport.filename,
            RegisterImport.state,
            RegisterImport.created_at,
            RegisterImport.applied_at,
            RegisterImport.summary["counts"].label("counts"),
            Account.name.label("who"),
        )
        .outerjoin(Account, Account.id == RegisterImport.account_id)
        .where(*own(actor))
        .order_by(RegisterImport.created_at.desc())
        .limit(LATEST)
    ).all()


def earlier(session: Session, kept: RegisterImport) -> RegisterImport | None:
    """An applied import of the very same file."""
    return session.scalar(
        select(RegisterImport)
        .options(defer(RegisterImport.content), defer(RegisterImport.summary))
        .where(
            RegisterImport.institution_id == kept.institution_id,
            RegisterImport.sha256 == kept.sha256,
            RegisterImport.state == "applied",
            RegisterImport.id != kept.id,
        )
        .limit(1)
    )


def candidates(session: Session, actor: Actor, kept: RegisterImport) -> list[Candidate]:
    """The sites that an applied import has brought in, as they stand now."""
    made = [UUID(line.site) for line in summaries.lines(kept.summary, summaries.CREATED) if line.site]
    return opening.candidates(session, actor, ids=made)


def own(actor: Actor) -> tuple[Any, ...]:
    conditions = (RegisterImport.institution_id == actor.institution_id,)
    if actor.role is Role.REGIONAL_OFFICE:
        return (*conditions, RegisterImport.account_id == actor.account_id)
    return conditions
