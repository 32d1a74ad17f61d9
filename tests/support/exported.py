"""Exports in every state that a test needs, written as the console and its process leave them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huakai_platform.exports import service
from huakai_platform.exports.models import Export
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import EXPORT, Operation, OperationItem
from huakai_platform.kernel.sites import Site
from tests.support.make import Make
from tests.support.worlds import World


def made(make: Make, owner: Actor, institution_id: UUID, state: str = "done", **changes: Any) -> tuple[UUID, str]:
    """An export of somebody, and the key of its link."""
    export_id, now = uuid7(), clock.now()
    membership_id = owner.membership_id or make.member(owner.role or "institution_admin").membership_id  # type: ignore[arg-type]
    done = {"done": 1, "failed": 0, "cancelled": 0, "told_at": now} if state == "done" else {}
    make.add(
        Operation(
            id=export_id,
            kind=EXPORT,
            title=_("导出：{title}", title=_("站点")),
            total=1,
            params={},
            created_by=owner.account_id,
            created_at=now,
            institution_id=institution_id,
            **done,
        )
    )
    make.add(OperationItem(operation_id=export_id, position=1, label="huakai-sites.xlsx", state=state))
    sealed, token = service.seal(export_id, b"workbook")
    values: dict[str, Any] = {
        "id": export_id,
        "account_id": owner.account_id,
        "membership_id": membership_id,
        "list": "sites",
        "query": "",
        "locale": "zh_CN",
        "asked_at": now,
        "expires_at": now + service.KEPT,
        "made_at": now,
        "role": owner.role,
        "region_code": owner.region_code,
        "content": sealed,
        "size": 8,
    }
    make.add(Export(**(values | changes)))
    return export_id, token


def export(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """One that failed, so that it can be tried again."""
    return {"export_id": made(world.make, owner, site.institution_id, "failed")[0]}


def export_waiting(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"export_id": made(world.make, owner, site.institution_id, "waiting")[0]}


def export_file(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    export_id, token = made(world.make, owner, site.institution_id)
    return {"export_id": export_id, "token": token}
