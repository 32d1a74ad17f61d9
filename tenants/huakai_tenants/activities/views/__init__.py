"""The room's pages of activities: the list, one activity, and what is done with it."""

from flask import Blueprint

blueprint = Blueprint("activities", __name__, url_prefix="/room/activities")
public_checkin = Blueprint("arrivals", __name__, url_prefix="/a")
"""What those who come to an activity may open, without signing in."""

from huakai_tenants.activities.views import (  # noqa: E402, F401
    checkin,
    deeds,
    listing,
    overviews,
    plan,
    proofs,
    showing,
    totals,
)
