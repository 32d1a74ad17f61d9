"""The page of permissions is whole."""

from huakai_platform.kernel.access import GRANTS, LABELS, Permission, Role


def test_every_permission_is_granted_and_named() -> None:
    assert set(GRANTS) == set(Permission)
    assert set(LABELS) == set(Role)


def test_no_role_of_one_plane_holds_a_permission_of_the_other() -> None:
    for permission, roles in GRANTS.items():
        assert permission.plane == "any" or {role.plane for role in roles} == {permission.plane}


def test_oversight_has_no_permission_inside_a_room() -> None:
    held = {permission for permission, roles in GRANTS.items() if Role.INSTITUTION_ADMIN in roles}

    assert not any(permission.plane == "room" for permission in held)
