"""Sending links by mail, where a mail server is set."""

from uuid import UUID

from huakai_platform.identity import mail
from huakai_worker.scope import Work


def send(work: Work, *, invitation_id: str) -> None:
    """Mail one invitation or reset; at least once, and a second mail makes the first link void."""
    mail.send_invitation(work.session, work.settings, UUID(invitation_id))
