"""What every route declares: its permission and whom that lets in, or that it is public."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from huakai_platform.kernel.access import EVERYONE, GRANTS, Permission, Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call a view. `confirmed` asks for a password given in the last ten minutes."""

    permission: Permission | None
    roles: frozenset[Role] = frozenset()
    confirmed: bool = False
    sample: str | None = None

    @property
    def public(self) -> bool:
        return self.permission is None


def guard(permission: Permission, *, confirmed: bool = False, sample: str | None = None) -> Callable[[View], View]:
    """Let in whom the permission is granted to.

    `sample` names the kind of object that the URL's identifier stands for, for the tests of every route.
    """

    def declare(view: View) -> View:
        view.access = Access(permission, GRANTS[permission], confirmed, sample)  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Let everybody in, signed in or not."""
    view.access = Access(None, EVERYONE)  # type: ignore[attr-defined]
    return view


class Undeclared(RuntimeError):
    """A route without a declaration."""


def access_of(app: Flask, endpoint: str) -> Access:
    view = app.view_functions[endpoint]
    declared = getattr(view, "access", None)
    if not isinstance(declared, Access):
        raise Undeclared(f"{endpoint} declares neither a permission nor that it is public")
    return declared


def check_declarations(app: Flask) -> None:
    """Refuse to start when a route is undeclared."""
    for endpoint in app.view_functions:
        access_of(app, endpoint)
