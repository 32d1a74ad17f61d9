"""Passwords: argon2id, no more at once than there are cores, and as slow for nobody as for somebody."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from huakai_platform.kernel.errors import Unavailable
from huakai_platform.kernel.i18n import Message, _

SHORTEST, LONGEST = 10, 200
PATIENCE = 5.0
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$rrtNVXRl7ZGsblbBuvEZPw$iAX0KyeiHVsDFXemyMbFdUXnzrh+LZpuBOs81RL8jV4"
"""Verified in place of a hash that is not there."""
_COMMON = """
    1234567890 0123456789 0987654321 1111111111 0000000000 8888888888 6666666666 123456789a a123456789 1234567890a
    1234567890q 12345678910 123456123456 123123123123 112233445566 11223344556677 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop
    qwerty123456 qwertyuiop123 asdfghjkl123 zxcvbnm123 password123 password1234 passw0rd123 p@ssw0rd123 password12
    abc1234567 abc123456789 abcd123456 abcd1234567 aa123456789 aaa123456789 woaini1314520 woaini5201314 5201314520
    woaini123456 iloveyou123 iloveyou520 5201314abc admin123456 admin12345 administrator root123456 test123456
    huakai123456 huakai12345 huakai2026 xinlizixun huakaihuakai welcome123 changeme123 letmein1234 1029384756
"""
COMMON = frozenset(_COMMON.split())

_gate = BoundedSemaphore(os.cpu_count() or 1)


def hashed(password: str) -> str:
    with _turn():
        return HASHER.hash(normalize("NFC", password))


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits; without a stored hash the answer is no, after the same work."""
    with _turn():
        try:
            HASHER.verify(stored or NOBODY, normalize("NFC", password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def weaknesses(password: str, names: Iterable[str | None] = ()) -> list[Message]:
    """Why a new password is refused; nothing when it may be used."""
    if len(password) < SHORTEST:
        return [_("至少 {count} 个字符", count=SHORTEST)]
    if len(password) > LONGEST:
        return [_("最多 {count} 个字符", count=LONGEST)]
    lower = password.casefold()
    if lower in COMMON or len(set(lower)) < 4:
        return [_("这个密码太常见，容易被猜到")]
    if any(name and len(name) > 1 and name.casefold() in lower for name in names):
        return [_("密码不能包含姓名或账号名")]
    return []


@contextmanager
def _turn() -> Iterator[None]:
    if not _gate.acquire(timeout=PATIENCE):
        raise Unavailable(_("登录的人较多，请稍后再试。"))
    try:
        yield
    finally:
        _gate.release()
