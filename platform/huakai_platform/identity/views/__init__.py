"""The pages of identity."""

from huakai_platform.identity.views import (
    account,
    choosing,
    directory,
    enrolling,
    links,
    managing,
    returning,
    services,
    signing_in,
    teams,
    tokens,
)
from huakai_platform.identity.views.blueprints import console, room, shared, team

PAGES = (account, choosing, directory, enrolling, links, managing, returning, services, signing_in, teams, tokens)
"""The modules whose routes these blueprints carry."""

__all__ = ["PAGES", "console", "room", "shared", "team"]
