"""Sending an invitation or reset link by mail; the job that sends issues the link, so that nobody stores it."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity import links
from huakai_platform.identity.models import Account, Invitation
from huakai_platform.kernel.config import Settings

PATIENCE = 20
SUBJECTS = {
    "invite": "花开：邀请您开通账号 · Your Huakai invitation",
    "reset": "花开：重设密码 · Reset your Huakai password",
}
BODY = """{name}，您好:

请打开下面的链接设置密码。链接只能使用一次，{life}内有效。您的账号名：{login}
设置密码后用账号名登录；手机号、邮箱能否也用来登录，第一次登录时会说明。

{url}

如果您没有预料到这封邮件，请忽略它。

Open the link to set your password. It works once. Your account name: {login}
Sign in with it; your first sign-in says whether your number and address open the account, too.
"""


def send_invitation(session: Session, settings: Settings, invitation_id: UUID) -> bool:
    """Issue the link and mail it; false when there is no mail server, no address or nothing left to send."""
    row = session.execute(
        select(Invitation.purpose, Account.name, Account.login_name, Account.email)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None), Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None or not row.email or not settings.smtp_url:
        return False
    token = links.issue(session, None, invitation_id)
    message = EmailMessage()
    message["Subject"], message["To"] = SUBJECTS[row.purpose], row.email
    message["From"] = f"noreply@{settings.hosts[0].lstrip('.')}"
    life = "7 天" if row.purpose == "invite" else "24 小时"
    url = f"{base_url(settings)}/{path_of(row.purpose)}/{token}"
    message.set_content(BODY.format(name=row.name, login=row.login_name, life=life, url=url))
    deliver(settings.smtp_url, message)
    return True


def deliver(smtp_url: str, message: EmailMessage) -> None:
    """Hand a message to `smtp://user:password@host:port` or `smtps://…`; `smtp` with a user needs STARTTLS."""
    url = urlsplit(smtp_url)
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=PATIENCE, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(host, url.port or 25, timeout=PATIENCE)
    with client:
        if url.username:
            if url.scheme != "smtps":
                client.starttls(context=ssl.create_default_context())
            client.login(unquote(url.username), unquote(url.password or ""))
        client.send_message(message)


def base_url(settings: Settings) -> str:
    """The public address: the first of the trusted hosts."""
    return f"{'https' if settings.https else 'http'}://{settings.hosts[0].lstrip('.')}"


def path_of(purpose: str) -> str:
    return "invitations" if purpose == "invite" else "resets"
