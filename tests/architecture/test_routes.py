"""Every route says whom it lets in, or the program does not start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from huakai_deploy.web import create_app
from huakai_platform.kernel.access import GRANTS, Permission, Role
from huakai_platform.kernel.config import Settings
from huakai_platform.web.access import Undeclared, access_of, check_declarations, guard, public
from tests.support.routes import METHODS, everything

TABLE = Path(__file__).with_name("routes.tsv")
"""Every route and method, its permission, and which roles it lets in."""


@pytest.mark.parametrize("planes", [("console", "room"), ("console",), ("room",)])
def test_every_route_is_declared(settings: Settings, planes: tuple[str, ...]) -> None:
    app = create_app(settings, planes=planes)

    for rule in app.url_map.iter_rules():
        declared = access_of(app, rule.endpoint)
        assert declared.public or declared.permission
        if declared.permission and declared.permission.plane != "any":
            assert declared.permission.plane in planes


def test_an_undeclared_route_is_refused() -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")

    with pytest.raises(Undeclared, match="open declares neither"):
        check_declarations(app)


def test_whom_each_route_lets_in_stands_in_its_table() -> None:
    """`HUAKAI_GOLDEN=1` writes the table anew; who gains or loses a route is seen in the diff."""
    said = "\n".join(["\t".join(["method", "path", "permission", *Role]), *sorted(_lines())]) + "\n"
    if "HUAKAI_GOLDEN" in os.environ:
        TABLE.write_text(said, "utf-8")

    assert said.splitlines() == TABLE.read_text("utf-8").splitlines()


def _lines() -> Iterator[str]:
    for route in everything():
        access = route.access
        let_in = ["all" if access.public else "yes" if role in access.roles else "-" for role in Role]
        granted = f"{access.permission or 'public'}{' (confirmed)' if access.confirmed else ''}"
        for method in sorted(route.methods & set(METHODS)):
            yield "\t".join([method, route.path, granted, *let_in])


def test_declared_routes_are_let_in() -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/jobs", "jobs", guard(Permission.JOBS_READ)(lambda: ""))
    app.add_url_rule("/", "home", public(lambda: ""))

    check_declarations(app)


def test_every_permission_is_granted_to_somebody_of_its_own_plane() -> None:
    assert set(GRANTS) == set(Permission)
    for permission, roles in GRANTS.items():
        assert roles
        assert permission.plane == "any" or {role.plane for role in roles} == {permission.plane}
