"""The heads of all chains, reported daily, hashed into one tree, signed, and written to a file outside the database."""

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.audit import AuditHead
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.errors import FileRefused, HuakaiError
from huakai_platform.kernel.i18n import _
from huakai_platform.trail.models import ReportedHead, SignedHeads
from huakai_platform.trail.verifying import Anchor

FORMAT = "huakai-heads/1"
BATCH = 5_000
LONGEST_LINE = 4_096

Head = tuple[UUID, int, bytes]


@dataclass(frozen=True)
class Copy:
    """A file of signed heads whose signature and tree are right."""

    day: date
    count: int
    public_key: bytes


def report(session: Session, day: date) -> None:
    """Tell the platform where the chain of the session's tenant stands; the first report of a day is kept."""
    tenant_id = tenancy.current(session)
    head = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.tenant_id == tenant_id)).one_or_none()
    if head:
        about = {"seq": head.seq, "hash": head.hash, "reported_at": clock.now()}
        session.execute(insert(ReportedHead).values(tenant_id=tenant_id, day=day, **about).on_conflict_do_nothing())


def sign(session: Session, settings: Settings, day: date) -> Path:
    """Sign the heads that were reported on a day, once, and write them to their file; again finds them signed.

    The file comes first: a signature that the database knows has always left it.
    """
    path = file_of(settings, day)
    if session.get(SignedHeads, day) and path.exists():
        return path
    key, body = private_key(settings), path.with_suffix(".body")
    path.parent.mkdir(parents=True, exist_ok=True)
    document = _document(session, day, _collect(session, day, body))
    signature, public = key.sign(canonical(document)), key.public_key().public_bytes_raw()
    _write(path, document, signature, public, body)
    about = {"document": document, "signature": signature, "public_key": public, "signed_at": clock.now()}
    session.execute(insert(SignedHeads).values(day=day, **about).on_conflict_do_nothing())
    return path


def read(path: Path, *, trusted: bytes | None = None) -> Copy:
    """Check a whole file in bounded memory: signature, tree and count. Raises FileRefused."""
    with path.open("rb") as file:
        first = _line(file.readline(LONGEST_LINE))
        try:
            document, public = first["document"], base64.b64decode(first["public_key"])
            Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(first["signature"]), canonical(document))
        except (InvalidSignature, KeyError, TypeError, ValueError):
            raise FileRefused(_("链头文件的签名不对：文件被改动过，或不是由本平台签署。")) from None
        if trusted is not None and public != trusted:
            raise FileRefused(_("链头文件是用另一把密钥签署的。"))
        tree = Tree()
        for head in _heads(file):
            tree.add(head)
    if document.get("format") != FORMAT or (tree.count, tree.root().hex()) != (document["count"], document["root"]):
        raise FileRefused(_("链头文件不完整：所列的链头与签署的不一致。"))
    return Copy(date.fromisoformat(document["day"]), tree.count, public)


def anchors(path: Path, day: date, tenants: Iterable[UUID] | None = None) -> Iterator[tuple[UUID, Anchor]]:
    """The heads that a checked file lists."""
    wanted = set(tenants) if tenants is not None else None
    with path.open("rb") as file:
        file.readline(LONGEST_LINE)
        for tenant_id, seq, digest in _heads(file):
            if wanted is None or tenant_id in wanted:
                yield tenant_id, Anchor(seq, digest, day)


def private_key(settings: Settings) -> Ed25519PrivateKey:
    if settings.audit_key is None:
        raise HuakaiError(_("缺少 HUAKAI_AUDIT_KEY：不能签署审计链头。"))
    return Ed25519PrivateKey.from_private_bytes(settings.audit_key)


def public_key(settings: Settings) -> bytes | None:
    return private_key(settings).public_key().public_bytes_raw() if settings.audit_key else None


def file_of(settings: Settings, day: date) -> Path:
    return settings.audit_export / f"heads-{day.isoformat()}.jsonl"


def canonical(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Tree:
    """The root of a Merkle tree (RFC 6962) over heads in their order, holding only its right edge."""

    def __init__(self) -> None:
        self.count = 0
        self._edge: list[tuple[int, bytes]] = []

    def add(self, head: Head) -> None:
        self.count += 1
        size, node = 1, hashlib.sha256(b"\0" + _leaf(head)).digest()
        while self._edge and self._edge[-1][0] == size:
            size, node = 2 * size, _join(self._edge.pop()[1], node)
        self._edge.append((size, node))

    def root(self) -> bytes:
        if not self._edge:
            return hashlib.sha256().digest()
        node = self._edge[-1][1]
        for _size, left in reversed(self._edge[:-1]):
            node = _join(left, node)
        return node


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _leaf(head: Head) -> bytes:
    return canonical([str(head[0]), head[1], head[2].hex()])


def _collect(session: Session, day: date, body: Path) -> Tree:
    """Write the heads down in the order of the tree, each read once for file and root."""
    tree = Tree()
    with body.open("wb") as file:
        for head in _reported(session, day):
            tree.add(head)
            file.write(_leaf(head) + b"\n")
    return tree


def _document(session: Session, day: date, tree: Tree) -> dict[str, Any]:
    before = session.scalar(
        select(SignedHeads.document).where(SignedHeads.day < day).order_by(SignedHeads.day.desc()).limit(1)
    )
    return {
        "format": FORMAT,
        "day": day.isoformat(),
        "count": tree.count,
        "root": tree.root().hex(),
        "previous": hashlib.sha256(canonical(before)).hexdigest() if before else None,
    }


def _reported(session: Session, day: date) -> Iterator[Head]:
    after = UUID(int=0)
    wanted = select(ReportedHead.tenant_id, ReportedHead.seq, ReportedHead.hash).where(ReportedHead.day == day)
    rows = session.execute(wanted.where(ReportedHead.tenant_id == after)).all()
    while rows:
        yield from ((row.tenant_id, row.seq, row.hash) for row in rows)
        after = rows[-1].tenant_id
        rows = session.execute(
            wanted.where(ReportedHead.tenant_id > after).order_by(ReportedHead.tenant_id).limit(BATCH)
        ).all()


def _write(path: Path, document: dict[str, Any], signature: bytes, public: bytes, body: Path) -> None:
    half = path.with_suffix(".half")
    first = {
        "document": document,
        "signature": base64.b64encode(signature).decode(),
        "public_key": base64.b64encode(public).decode(),
    }
    with half.open("wb") as file, body.open("rb") as heads:
        file.write(canonical(first) + b"\n")
        shutil.copyfileobj(heads, file)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    body.unlink()


def _heads(file: Iterable[bytes]) -> Iterator[Head]:
    for line in file:
        try:
            tenant_id, seq, digest = json.loads(line[:LONGEST_LINE])
            yield UUID(tenant_id), int(seq), bytes.fromhex(digest)
        except (ValueError, TypeError, AttributeError):
            raise FileRefused(_("链头文件中有无法读取的行。")) from None


def _line(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise FileRefused(_("这不是链头文件。"))
    return told
