"""What a photo or a document must be before it is kept as proof."""

import hashlib
from dataclasses import dataclass

from huakai_platform import forms
from huakai_platform.kernel.images import check_size, reencode

MOST_FILES = 6
PDF, JPEG = "application/pdf", "image/jpeg"


@dataclass(frozen=True)
class Proof:
    """A file as it is kept: a photo is written anew, a document may be a PDF."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def of_documents(item: forms.Item) -> bool:
    """Whether the proof of an item is a document rather than a photo."""
    return item.kind == "document" or (item.kind != "photo" and item.evidence.what == "document")


def take(name: str, content: bytes, *, document: bool) -> Proof:
    """The proof that a file makes. Raises FileRefused."""
    check_size(content)
    media_type = PDF if document and content[:5] == b"%PDF-" else JPEG
    kept = content if media_type == PDF else reencode(content)
    return Proof(name[-120:] or "photo.jpg", media_type, kept, hashlib.sha256(kept).hexdigest())
