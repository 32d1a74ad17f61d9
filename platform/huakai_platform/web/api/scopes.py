"""The permissions that the API has a use for, as this process serves it."""

from flask import current_app

from huakai_platform.kernel.access import Permission
from huakai_platform.web.access import access_of


def offered() -> frozenset[Permission]:
    """Every permission that an operation asks for; what every token may do anyway is left out."""
    asked = {
        access_of(current_app, endpoint).permission
        for endpoint, view in current_app.view_functions.items()
        if hasattr(view, "_operation")
    }
    return frozenset(permission for permission in asked if permission is not None) - {Permission.SELF}
