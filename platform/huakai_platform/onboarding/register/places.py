"""Whether a row's place exists, and is called what the row calls it."""

from collections.abc import Mapping, Sequence

from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding.register.fields import Field
from huakai_platform.onboarding.register.lookups import Lookups, Region, alike, township_of
from huakai_platform.onboarding.register.rows import Problem, RegisterRow


def regions_of(rows: Sequence[RegisterRow], lookups: Lookups) -> dict[str, Region]:
    """The regions of all rows with two floors above them, in three questions."""
    codes = {row.region_code for row in rows if row.region_code}
    found = dict(lookups.regions(frozenset(codes | {f"{code[:9]}000" for code in codes})))
    for _floor in range(2):
        wanted = frozenset(region.parent for region in found.values() if region.parent) - found.keys()
        found |= lookups.regions(wanted) if wanted else {}
    return found


def problems(row: RegisterRow, regions: Mapping[str, Region]) -> list[Problem]:
    """The code must be in the tree, or its township must; names that disagree are a warning."""
    if not row.region_code:
        return []
    region = regions.get(row.region_code)
    township = region or regions.get(township_of(row.region_code, regions))
    if township is None or (region is None and township.level != "township"):
        message = _("区划代码 {code} 不存在，请核对统计用区划代码。", code=row.region_code)
        return [row.problem(Field.REGION_CODE, "region_unknown", message)]
    if township.retired:
        return [_retired(row, township)]
    return _names_that_disagree(row, region, regions)


def _retired(row: RegisterRow, region: Region) -> Problem:
    if region.successor:
        message = _(
            "区划“{name}”已撤销，请改用 {successor} 一带的现行代码。", name=region.name, successor=region.successor
        )
    else:
        message = _("区划“{name}”已撤销，请改用现行代码。", name=region.name)
    return row.problem(Field.REGION_CODE, "region_retired", message)


def _names_that_disagree(row: RegisterRow, region: Region | None, regions: Mapping[str, Region]) -> list[Problem]:
    township = regions.get(township_of(row.region_code, regions))
    county = regions.get(township.parent) if township and township.level == "township" and township.parent else None
    community = region if region and township and region.code != township.code else None
    found = []
    for field, said, meant in (
        (Field.COUNTY, row.county, county if county and county.level == "county" else None),
        (Field.TOWNSHIP, row.township, township if township and township.level == "township" else None),
        (Field.COMMUNITY, row.community, community),
    ):
        if said and meant and alike(meant.name) not in alike(said) and alike(said) not in alike(meant.name):
            message = _("这里写“{said}”，区划代码指的是“{meant}”，请核对。", said=said, meant=meant.name)
            found.append(row.problem(field, f"{field}_differs", message, "warning"))
    return found
