"""What people change about their own account."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts, devices, passwords
from huakai_platform.identity.models import Account, AccountSession
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import Message, _, listed


@dataclass(frozen=True)
class Profile:
    name: str
    login_name: str
    email: str | None
    phone_hint: str | None
    phone_signs_in: bool
    locale: str
    second_factor: bool


def read(session: Session, actor: Actor) -> Profile:
    row = session.execute(
        select(
            Account.name,
            Account.login_name,
            Account.email,
            Account.phone_hint,
            Account.phone_lookup.is_not(None),
            Account.locale,
            Account.totp_sealed.is_not(None),
        ).where(Account.id == actor.account_id)
    ).one()
    return Profile(*row)


def ways_in(session: Session, account_id: UUID) -> Message:
    """With what the person signs in, and what does not work although it is written down."""
    row = session.execute(
        select(Account.login_name, Account.email, Account.phone_hint, Account.phone_lookup.is_not(None).label("opens"))
        .where(Account.id == account_id)
    ).one()  # fmt: skip
    ways: list[str] = [_("账号名 {login}", login=row.login_name)]
    if row.phone_hint and row.opens:
        ways.append(_("手机号 {hint}", hint=row.phone_hint))
    if row.email:
        ways.append(_("邮箱 {email}", email=row.email))
    said = _("以后可以用这些登录：{ways}。", ways=listed(ways))
    if row.phone_hint and not row.opens:
        return _(
            "{said}手机号 {hint} 不能用来登录，它可能已由别人使用；可以在“我的账号”中更换。",
            said=said,
            hint=row.phone_hint,
        )
    return said


def rename(session: Session, actor: Actor, *, name: str, locale: str) -> None:
    session.execute(update(Account).where(Account.id == actor.account_id).values(name=name, locale=locale))
    audit.record(session, actor, "accounts.renamed", "account", actor.account_id)


def speak(session: Session, account_id: UUID, locale: str) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(locale=locale))


def set_email(session: Session, actor: Actor, email: str | None) -> None:
    """Raises Invalid when the address is another account's."""
    if email and session.scalar(select(Account.id).where(Account.email == email, Account.id != actor.account_id)):
        raise Invalid(_("填写的内容有误。"), {"email": [_("这个邮箱不能使用")]})
    session.execute(update(Account).where(Account.id == actor.account_id).values(email=email))
    audit.record(session, actor, "accounts.email_set", "account", actor.account_id, given=email is not None)


def set_phone(session: Session, actor: Actor, phone: str | None, lookup_key: bytes) -> None:
    """Raises Invalid when the number is another account's."""
    lookup = contacts.phone_lookup(lookup_key, phone) if phone else None
    if lookup and session.scalar(
        select(Account.id).where(Account.phone_lookup == lookup, Account.id != actor.account_id)
    ):
        raise Invalid(_("填写的内容有误。"), {"phone": [_("这个号码不能使用")]})
    session.execute(
        update(Account)
        .where(Account.id == actor.account_id)
        .values(phone_lookup=lookup, phone_hint=contacts.hint(phone) if phone else None)
    )
    audit.record(session, actor, "accounts.phone_set", "account", actor.account_id, given=phone is not None)


def knows_password(session: Session, actor: Actor, password: str) -> bool:
    stored = session.scalar(select(Account.password_hash).where(Account.id == actor.account_id))
    return passwords.verify(stored, password)


def set_password(session: Session, actor: Actor, password: str) -> None:
    """Change the password; every other device is signed out. Raises Invalid for a weak one."""
    mine = read(session, actor)
    if weak := passwords.weaknesses(password, (mine.name, mine.login_name)):
        raise Invalid(_("填写的内容有误。"), {"password": weak})
    session.execute(
        update(Account).where(Account.id == actor.account_id).values(password_hash=passwords.hashed(password))
    )
    devices.revoke_all(session, actor.account_id, but=actor.session_id)
    audit.record(session, actor, "accounts.password_changed", "account", actor.account_id)


def confirm(session: Session, actor: Actor) -> None:
    """Note that the password was given just now: opens the deeds that ask for it, for ten minutes."""
    session.execute(
        update(AccountSession).where(AccountSession.id == actor.session_id).values(confirmed_at=clock.now())
    )
