"""Every list that is described once, found where the features keep them."""

import sys
from collections.abc import Iterator
from inspect import unwrap

from huakai_platform.resources.fields import Resource
from huakai_platform.resources.pages import Pages
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


def hung() -> Iterator[tuple[str, Pages]]:  # type: ignore[type-arg]
    """The pages of every list, with the blueprint that they hang on."""
    for endpoint, view in application().view_functions.items():
        owner = getattr(unwrap(view), "__self__", None)
        if isinstance(owner, Pages):
            yield endpoint.rpartition(".")[0], owner
