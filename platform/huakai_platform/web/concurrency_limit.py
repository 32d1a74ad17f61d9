"""How many requests may be worked on at once, in all and for one room: beyond it they are refused with 503 or 429."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import cast
from uuid import UUID

from flask import Flask, current_app, g, request

from huakai_platform.kernel.errors import HuakaiError, TooMany, Unavailable
from huakai_platform.kernel.i18n import _
from huakai_platform.web.context import visitor

MOST, MOST_OF_ONE = 8, 3
PATIENCE = 0.1
RETRY_AFTER = 2


class ConcurrencyLimit:
    """Counts the requests that are worked on; one too many waits a moment and is then refused."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE, patience: float = PATIENCE) -> None:
        self.most, self.most_of_one, self.patience = most, most_of_one, patience
        self.inside: Counter[UUID | None] = Counter()
        self._changed = threading.Condition()

    def enter(self, tenant_id: UUID | None) -> None:
        """Count a request in, or raise TooMany for one's own excess and Unavailable for everybody's."""
        end = time.monotonic() + self.patience
        with self._changed:
            while refusal := self._refusal(tenant_id):
                if not self._changed.wait(end - time.monotonic()):
                    raise refusal()
            self.inside[tenant_id] += 1

    def leave(self, tenant_id: UUID | None) -> None:
        with self._changed:
            self.inside[tenant_id] -= 1
            self.inside += Counter()
            self._changed.notify_all()

    def _refusal(self, tenant_id: UUID | None) -> Callable[[], HuakaiError] | None:
        if tenant_id and self.inside[tenant_id] >= self.most_of_one:
            return lambda: TooMany(_("本站点同时提交太多，请稍后再试。"), RETRY_AFTER)
        if self.inside.total() >= self.most:
            return lambda: Unavailable(_("系统繁忙，请稍后再试。"))
        return None


def install(app: Flask) -> None:
    app.extensions["huakai.concurrency_limit"] = ConcurrencyLimit()


def limit() -> ConcurrencyLimit:
    return cast(ConcurrencyLimit, current_app.extensions["huakai.concurrency_limit"])


def enter() -> None:
    """Before the view: static files and health checks pass freely."""
    if request.endpoint == "static" or request.blueprint == "health":
        return
    who = visitor()
    tenant_id = who.actor.site_id if who else None
    limit().enter(tenant_id)
    g.inside = (tenant_id,)


def leave(_error: BaseException | None) -> None:
    if inside := g.pop("inside", None):
        limit().leave(*inside)
