"""The devices somebody is signed in on, and taking them away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.identity.models import AccountSession
from huakai_platform.identity.sessions import IDLE
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _


@dataclass(frozen=True)
class Device:
    id: UUID
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    here: bool

    @property
    def name(self) -> str:
        """“Chrome · Windows”, or what the browser called itself when neither is known."""
        known = [next((word for sign, word in signs if sign in self.device), "") for signs in (BROWSERS, SYSTEMS)]
        return " · ".join(filter(None, known)) or self.device


BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQBrowser"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Harmony", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def of(session: Session, actor: Actor) -> list[Device]:
    """The person's live sessions, the latest first."""
    now = clock.now()
    rows = session.execute(
        select(
            AccountSession.id,
            AccountSession.device,
            AccountSession.address,
            AccountSession.created_at,
            AccountSession.seen_at,
        )
        .where(
            AccountSession.account_id == actor.account_id,
            AccountSession.revoked_at.is_(None),
            AccountSession.expires_at > now,
            AccountSession.seen_at > now - IDLE,
        )
        .order_by(AccountSession.seen_at.desc())
        .limit(100)
    )
    return [Device(*row, here=row.id == actor.session_id) for row in rows]


def revoke(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one device of the person's own."""
    revoked = session.scalar(
        update(AccountSession)
        .where(
            AccountSession.id == session_id,
            AccountSession.account_id == actor.account_id,
            AccountSession.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
        .returning(AccountSession.id)
    )
    if revoked is None:
        raise NotFound(_("没有这台设备。"))
    audit.record(session, actor, "sessions.revoked", "session", session_id, own=session_id == actor.session_id)


def revoke_others(session: Session, actor: Actor) -> None:
    """End every device of the person's own but the present one."""
    revoke_all(session, actor.account_id, but=actor.session_id)
    audit.record(session, actor, "sessions.others_revoked", "account", actor.account_id)


def revoke_all(session: Session, account_id: UUID, *, but: UUID | None = None) -> None:
    """End every device of an account, but for one."""
    statement = update(AccountSession).where(
        AccountSession.account_id == account_id, AccountSession.revoked_at.is_(None)
    )
    if but is not None:
        statement = statement.where(AccountSession.id != but)
    session.execute(statement.values(revoked_at=clock.now()))
