"""The trail as a workbook, and the whole chain as JSON lines."""

import json
from collections.abc import Sequence
from typing import IO, Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column
from huakai_platform.trail import details, listing, verifying
from huakai_platform.trail.deeds import kind, words

LONGEST = 500_000
"""Entries that one download may hold."""


def workbook(lines: Sequence[Any]) -> bytes:
    titles = (
        (_("序号"), 10), (_("时间"), 20), (_("人员"), 16), (_("角色"), 16), (_("事项"), 26),
        (_("对象"), 14), (_("编号"), 40), (_("详情"), 60), (_("哈希"), 66),
    )  # fmt: skip
    columns = [Column(title.render(), width) for title, width in titles]
    return workbooks.write(workbooks.table(_("审计日志").render(), columns, [_row(line) for line in lines]))


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


def _row(line: Any) -> list[Any]:
    return [
        line.seq,
        line.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        line.actor_name or _("系统").render(),
        Role(line.role).label.render() if line.role else None,
        words(line.deed).render(),
        kind(line.object_kind).render(),
        line.object,
        "; ".join(f"{name}={value}" for name, value in details.told(line.object_kind, line.detail)),
        line.hash.hex(),
    ]
