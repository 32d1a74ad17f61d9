"""A role and its scope as somebody typed them, made exact: the site and the region looked up, several offered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huakai_platform.identity import places
from huakai_platform.identity.memberships import Scope
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.web.context import actor, db
from huakai_platform.web.inputs import FormResult

Found = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class Asked:
    """The scope, or the form with its errors and what there is to choose from."""

    given: FormResult
    scope: Scope | None = None
    sites: Found = field(default_factory=list)
    regions: Found = field(default_factory=list)


def read(given: FormResult) -> Asked:
    if not given.ok:
        return Asked(given)
    values, role = given.values, Role(given.values["role"])
    sites, given = _sites(given) if role.plane == "room" else ([], given)
    regions, given = _regions(given) if role in {Role.REGIONAL_OFFICE, Role.AUDITOR} else ([], given)
    if not given.ok:
        return Asked(given, sites=sites, regions=regions)
    scope = Scope(
        role,
        site_id=sites[0][0] if sites else None,
        region_code=regions[0][0] if regions else None,
        post=values["post"] if role.plane == "room" else None,
        valid_from=values["valid_from"],
        valid_until=values["valid_until"],
    )
    try:
        scope.check()
    except Invalid as error:
        return Asked(FormResult(given.values, error.fields, given.raw))
    return Asked(given, scope)


def _sites(given: FormResult) -> tuple[Found, FormResult]:
    """The one site that is meant; several only together with an error."""
    text, institution_id = given.values["site"], actor().institution_id
    if not text or institution_id is None:
        return [], given
    found = places.sites(db(), text, institution_id=institution_id)
    chosen = [place for place in found if place[0] == given.values["site_id"]]
    return _one(chosen or found, given, "site", _("没有找到这个站点，请填写站点编号或名称"))


def _regions(given: FormResult) -> tuple[Found, FormResult]:
    text = given.values["region"]
    if not text:
        return [], given
    found = places.regions(db(), text)
    chosen = [place for place in found if place[0] == given.values["region_code"]]
    return _one(chosen or found, given, "region", _("没有找到这个地区，请填写全称或区划代码"))


def _one(found: Found, given: FormResult, name: str, missing: str) -> tuple[Found, FormResult]:
    if not found:
        return found, given.with_error(name, missing)
    if len(found) > 1:
        return found, given.with_error(name, _("有 {count} 个同名，请在下面选择一个", count=len(found)))
    return found, given
