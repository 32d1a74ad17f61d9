"""Tells the people of one site what is overdue there."""

from uuid import UUID

from huakai_platform.kernel import operations
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import reminders
from huakai_worker.scope import Work


def remind(work: Work, *, operation_id: str, site_id: str) -> None:
    """Tell a site, or say at its item that nobody works there yet."""
    operation, site = UUID(operation_id), UUID(site_id)
    told = reminders.tell(work.session, operation, site)
    operations.finish_item(work.session, operation, site, error=None if told else _("没有逾期，或站点还没有人员。"))
