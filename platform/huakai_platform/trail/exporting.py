"""The whole chain as JSON lines."""

import json
from typing import IO, Any

from sqlalchemy.orm import Session

from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.trail import listing, verifying

LONGEST = 500_000
"""Entries that one download may hold."""


def raw(session: Session, file: IO[bytes]) -> int:
    """Write the chain of the session's tenant in its order; gives how many entries. Raises Invalid when too many."""
    last = listing.length(session)
    if last > LONGEST:
        raise Invalid(_("链太长，不能在网页中下载；请在服务器上用 huakai audit export 导出。"))
    for entry in verifying.entries(session, 1, last):
        file.write(line(entry))
    return last


def line(entry: Any) -> bytes:
    """One entry with all that its hash is made of."""
    told = dict(entry._mapping)
    told |= {"at": entry.at.isoformat(timespec="microseconds"), "previous": entry.previous.hex()}
    told["hash"] = entry.hash.hex()
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str).encode() + b"\n"
