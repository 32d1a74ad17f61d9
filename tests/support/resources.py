"""Every list that is described once, found where the features keep them."""

import sys

from huakai_platform.resources.fields import Resource
from tests.support.routes import application


def every() -> list[Resource]:  # type: ignore[type-arg]
    """All descriptions of the product, by name."""
    application()
    found = {
        one.name: one
        for name, module in list(sys.modules.items())
        if name.startswith(("huakai_platform.", "huakai_tenants."))
        for one in vars(module).values()
        if isinstance(one, Resource)
    }
    return [found[name] for name in sorted(found)]
