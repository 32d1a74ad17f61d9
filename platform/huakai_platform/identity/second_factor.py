"""The second factor: time-based codes, each step good once, and ten recovery codes, each good once."""

import hashlib
import hmac
import os
import secrets
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, AccountActivity, RecoveryCode
from huakai_platform.kernel import audit, clock, crypto
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.i18n import _

ISSUER = "花开"
STEP = 30
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, login_name: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login_name, issuer_name=ISSUER)


def seal(settings: Settings, account_id: UUID, secret: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(settings)).encrypt(nonce, secret.encode(), _place(account_id))


def unseal(settings: Settings, account_id: UUID, sealed: bytes) -> str:
    """Raises Invalid when the bytes were made for somebody else, under another key, or changed."""
    try:
        return AESGCM(_key(settings)).decrypt(sealed[:12], sealed[12:], _place(account_id)).decode()
    except (InvalidTag, ValueError):
        raise Invalid(_("两步验证的密钥无法读取，请重新设置。")) from None


def turn_on(session: Session, settings: Settings, actor: Actor, *, secret: str, code: str) -> list[str] | None:
    """Keep the secret once a code proves that the app has it; gives the recovery codes, None for a wrong code."""
    step = _step_of(secret, code)
    if step is None:
        return None
    turned = session.scalar(
        update(Account)
        .where(Account.id == actor.account_id, Account.totp_sealed.is_(None))
        .values(totp_sealed=seal(settings, actor.account_id, secret))
        .returning(Account.id)
    )
    if turned is None:
        raise Conflict(_("两步验证已经开启。"))
    _spend(session, actor.account_id, step)
    codes = _new_codes(session, settings, actor.account_id)
    audit.record(session, actor, "accounts.second_factor_on", "account", actor.account_id)
    return codes


def leave(session: Session, actor: Actor) -> None:
    """Turn one's own second factor off."""
    turn_off(session, actor.account_id)
    audit.record(session, actor, "accounts.second_factor_off", "account", actor.account_id)


def turn_off(session: Session, account_id: UUID) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(totp_sealed=None))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def passes(session: Session, settings: Settings, account_id: UUID, code: str) -> bool:
    """Whether the code is right and unused: six digits from the app, or a recovery code. It is spent by this."""
    sealed = session.scalar(select(Account.totp_sealed).where(Account.id == account_id))
    if sealed is None:
        return False
    typed = "".join(code.split()).lower()
    if len(typed) == 6 and typed.isascii() and typed.isdigit():
        step = _step_of(unseal(settings, account_id, sealed), typed)
        return step is not None and _spend(session, account_id, step)
    return _spend_code(session, settings, account_id, typed)


def renew_codes(session: Session, settings: Settings, actor: Actor) -> list[str]:
    """Ten new recovery codes in the place of the old ones; they are shown now and never again."""
    codes = _new_codes(session, settings, actor.account_id)
    audit.record(session, actor, "accounts.recovery_codes_renewed", "account", actor.account_id)
    return codes


def _new_codes(session: Session, settings: Settings, account_id: UUID) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(CODES)]
    rows = [{"account_id": account_id, "code_hash": _code_hash(settings, account_id, code)} for code in codes]
    session.execute(insert(RecoveryCode), rows)
    return codes


def codes_left(session: Session, account_id: UUID) -> int:
    return (
        session.scalar(
            select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def _step_of(secret: str, code: str) -> int | None:
    """The time step that a code belongs to: this one, the one before or the one after."""
    now, maker = int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(maker.generate_otp(step), code):
            return step
    return None


def _spend(session: Session, account_id: UUID, step: int) -> bool:
    """Use up a time step; an earlier or equal one is never good again."""
    statement = upsert(AccountActivity).values(account_id=account_id, totp_step=step)
    spent = session.scalar(
        statement.on_conflict_do_update(
            index_elements=[AccountActivity.account_id],
            set_={"totp_step": statement.excluded.totp_step},
            where=or_(AccountActivity.totp_step.is_(None), AccountActivity.totp_step < statement.excluded.totp_step),
        ).returning(AccountActivity.account_id)
    )
    return spent is not None


def _spend_code(session: Session, settings: Settings, account_id: UUID, code: str) -> bool:
    spent = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _code_hash(settings, account_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.account_id)
    )
    return spent is not None


def _code_hash(settings: Settings, account_id: UUID, code: str) -> bytes:
    return crypto.lookup(settings.lookup_key, "recovery", f"{account_id}|{code.replace('-', '')}")


def _key(settings: Settings) -> bytes:
    return hmac.digest(settings.secret_key.encode(), b"huakai|totp", hashlib.sha256)


def _place(account_id: UUID) -> bytes:
    return f"1|platform.account|totp_sealed|{account_id}".encode()
