"""Sealing: AES-256-GCM under a tenant's data key, the data key wrapped by the master key."""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

FORMAT = 1
_HEAD = struct.Struct(">BH")


class Sealed(Exception):
    """The bytes do not open: another key, another place, or changed on the way."""


@dataclass(frozen=True)
class DataKey:
    """A tenant's own key of one generation; it seals content and wraps nothing."""

    generation: int
    secret: bytes


@dataclass(frozen=True)
class Place:
    """Where sealed bytes belong; a cipher moved to another place does not open."""

    tenant_id: UUID
    table: str
    column: str
    row_id: UUID
    version: int = 1

    def associated(self, generation: int) -> bytes:
        parts = (FORMAT, self.tenant_id, self.table, self.column, self.row_id, self.version, generation)
        return "|".join(map(str, parts)).encode()


def new_key(generation: int = 1) -> DataKey:
    return DataKey(generation, os.urandom(32))


def mint(master_key: bytes, generation: int = 1) -> tuple[DataKey, bytes]:
    """A new data key and its wrapped form (RFC 3394)."""
    key = new_key(generation)
    return key, aes_key_wrap(master_key, key.secret)


def unwrap(master_key: bytes, wrapped: bytes, generation: int) -> DataKey:
    try:
        return DataKey(generation, aes_key_unwrap(master_key, wrapped))
    except InvalidUnwrap:
        raise Sealed("the master key does not open this data key") from None


def seal(key: DataKey, place: Place, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    cipher = AESGCM(key.secret).encrypt(nonce, plain, place.associated(key.generation))
    return _HEAD.pack(FORMAT, key.generation) + nonce + cipher


def unseal(key: DataKey, place: Place, sealed: bytes) -> bytes:
    if len(sealed) < _HEAD.size + 28 or _HEAD.unpack_from(sealed) != (FORMAT, key.generation):
        raise Sealed("another format or key generation")
    nonce, cipher = sealed[_HEAD.size : _HEAD.size + 12], sealed[_HEAD.size + 12 :]
    try:
        return AESGCM(key.secret).decrypt(nonce, cipher, place.associated(key.generation))
    except InvalidTag:
        raise Sealed("the bytes were changed or moved") from None


def lookup(key: bytes, purpose: str, value: str) -> bytes:
    """A keyed hash by which a sealed value is found again."""
    return hmac.digest(key, f"{purpose}|{value}".encode(), hashlib.sha256)
