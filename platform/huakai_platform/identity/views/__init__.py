"""The pages of identity."""

from huakai_platform.identity.views import (
    account,
    choosing,
    directory,
    enrolling,
    links,
    managing,
    signing_in,
    teams,
)
from huakai_platform.identity.views.blueprints import console, shared, team

PAGES = (account, choosing, directory, enrolling, links, managing, signing_in, teams)
"""The modules whose routes these blueprints carry."""

__all__ = ["PAGES", "console", "shared", "team"]
