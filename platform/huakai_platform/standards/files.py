"""An edition as one file: written out, signed where a key is at hand, checked on any machine, taken into a draft."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.canonical import canonical
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import drafts, service, shipped
from huakai_platform.standards.service import Bodies

FORMAT = "huakai-edition/1"
LARGEST = 4 * 1024 * 1024
KEYS = {"format", "number", "title", "digest", "definitions"}


@dataclass(frozen=True)
class EditionFile:
    """A file whose digest is that of what it holds, and whose definitions make an edition."""

    number: int
    title: Mapping[str, str]
    digest: str
    bodies: Bodies
    public_key: bytes | None
    """With which it was signed; None where nobody signed it."""


def write(session: Session, edition_id: UUID, key: Ed25519PrivateKey | None = None) -> bytes:
    """The edition as a file. Raises NotFound."""
    edition, bodies = service.edition(session, edition_id), service.bodies(session, edition_id)
    document: dict[str, Any] = {
        "format": FORMAT,
        "number": edition.number,
        "title": edition.title,
        "digest": edition.digest,
        "definitions": [body for _name, body in sorted(bodies.items())],
    }
    if key:
        said = key.sign(_signed(edition.number, edition.digest))
        document["public_key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        document["signature"] = base64.b64encode(said).decode()
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def read(content: bytes) -> EditionFile:
    """Check a file; needs neither database nor settings. Raises FileRefused."""
    document = _document(content)
    bodies = {(body["kind"], body["code"]): body for body in document["definitions"]}
    found = shipped.edition_digest(document["number"], {name: shipped.digest(body) for name, body in bodies.items()})
    if found != document["digest"] or len(bodies) != len(document["definitions"]):
        raise FileRefused(_("文件内容与它的校验值不一致：文件被改动过或不完整。"))
    return EditionFile(document["number"], document["title"], found, bodies, _signer(document, found))


def take_in(session: Session, actor: Actor, file: EditionFile) -> UUID:
    """Make a draft that says what the file says, on top of the newest edition. Raises Invalid where nothing differs."""
    base = service.bodies(session, service.newest(session))
    theirs = {name: body for name, body in file.bodies.items() if name[0] != "edition"} | {
        name: {**body, "number": base[name]["number"]} if name in base else body
        for name, body in file.bodies.items()
        if name[0] == "edition"
    }
    changed = sorted(name for name in {*base, *theirs} if base.get(name) != theirs.get(name))
    if not changed:
        raise Invalid(_("文件的内容与最新版本相同。"))
    draft_id = drafts.begin(session, actor, file.title)
    for name in changed:
        drafts.write(session, actor, draft_id, name, theirs.get(name), seen=0)
    audit.record(session, actor, "drafts.taken_in", "edition_draft", draft_id, digest=file.digest, count=len(changed))
    return draft_id


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise FileRefused(_("文件太大，不是标准文件。"))
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise FileRefused(_("这不是标准文件。")) from None
    if not isinstance(document, dict) or not set(document) >= KEYS or document["format"] != FORMAT:
        raise FileRefused(_("这不是标准文件。"))
    definitions = document["definitions"]
    if type(document["number"]) is not int or not isinstance(definitions, list) or not definitions:
        raise FileRefused(_("这不是标准文件。"))
    if not all(isinstance(one, dict) for one in definitions):
        raise FileRefused(_("这不是标准文件。"))
    if faults := shipped.faults({str(place): one for place, one in enumerate(definitions)}):
        raise FileRefused(_("标准文件有误：{path} {why}", path=faults[0].path, why=faults[0].message))
    manifest = next(one for one in definitions if one["kind"] == "edition")
    if (document["number"], document["title"]) != (manifest["number"], manifest["title"]):
        raise FileRefused(_("文件内容与它的校验值不一致：文件被改动过或不完整。"))
    return document


def _signer(document: Mapping[str, Any], digest: str) -> bytes | None:
    """Whose signature it bears. Raises FileRefused for one that does not fit."""
    if "signature" not in document and "public_key" not in document:
        return None
    try:
        public = base64.b64decode(document["public_key"], validate=True)
        signature = base64.b64decode(document["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed(document["number"], digest))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        raise FileRefused(_("标准文件的签名不对：文件被改动过，或不是由签署者发出。")) from None
    return public


def _signed(number: int, digest: str) -> bytes:
    return canonical({"format": FORMAT, "number": number, "digest": digest})
