"""Tells the institution that something waits for its word."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import clock, notices
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_worker.scope import Work

WAITS: Mapping[str, tuple[Message, str]] = {
    "proposal": (_("有对标准的新建议等待处理。"), "/console/proposals?state=open"),
    "waiver": (_("有站点申请豁免，等待审批。"), "/console/waivers?state=asked"),
}


def asked_above(work: Work, *, kind: str, institution_id: str) -> None:
    """Tell its administrators, each once a day for each kind however many ask."""
    words, href = WAITS[kind]
    mine = (Membership.institution_id == UUID(institution_id), Membership.role == Role.INSTITUTION_ADMIN)
    with work.tenant(PLATFORM) as session:
        admins = session.scalars(select(Membership.account_id).where(*mine, in_force(clock.today())).distinct()).all()
        notices.tell(session, admins, kind=kind, text=words, href=href, dedup=f"asked:{kind}:{clock.today()}")
