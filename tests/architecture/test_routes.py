"""Every route says whom it lets in, or the program does not start."""

import pytest
from flask import Flask

from huakai_deploy.web import create_app
from huakai_platform.kernel.access import GRANTS, Permission, Role
from huakai_platform.kernel.config import Settings
from huakai_platform.web.access import Undeclared, access_of, check_declarations, guard, public


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


@pytest.mark.parametrize("roles", [tuple(Role), (Role.VOLUNTEER,), ()])
def test_a_declaration_at_odds_with_the_grants_is_refused(roles: tuple[Role, ...]) -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/jobs", "jobs", guard(Permission.JOBS_READ, to=roles)(lambda: ""))

    with pytest.raises(Undeclared, match="is not whom"):
        check_declarations(app)


def test_declared_routes_are_let_in() -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/jobs", "jobs", guard(Permission.JOBS_READ, to=GRANTS[Permission.JOBS_READ])(lambda: ""))
    app.add_url_rule("/", "home", public(lambda: ""))

    check_declarations(app)


def test_every_permission_is_granted_to_somebody_of_its_own_plane() -> None:
    assert set(GRANTS) == set(Permission)
    for permission, roles in GRANTS.items():
        assert roles
        assert permission.plane == "any" or {role.plane for role in roles} == {permission.plane}
