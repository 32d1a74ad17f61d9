"""The register of sites: a workbook in, rows judged, and the same workbook back; no database, no pages."""

from huakai_platform.onboarding.register.checks import SHORTEST_REASON, State, Verdict, check, key_of
from huakai_platform.onboarding.register.columns import Layout, Mapping, locate, match, read, restore
from huakai_platform.onboarding.register.fields import FIELDS, Field, Kind, Ownership, Tier
from huakai_platform.onboarding.register.lookups import Lookups, Region, SiteRef, site_key, township_of
from huakai_platform.onboarding.register.rows import Problem, RegisterRow, parse, unread
from huakai_platform.onboarding.register.sheets import returned, template
from huakai_platform.onboarding.register.twins import Twin

__all__ = [
    "FIELDS",
    "SHORTEST_REASON",
    "Field",
    "Kind",
    "Layout",
    "Lookups",
    "Mapping",
    "Ownership",
    "Problem",
    "Region",
    "RegisterRow",
    "SiteRef",
    "State",
    "Tier",
    "Twin",
    "Verdict",
    "check",
    "key_of",
    "locate",
    "match",
    "parse",
    "read",
    "restore",
    "returned",
    "site_key",
    "template",
    "township_of",
    "unread",
]
